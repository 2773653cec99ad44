// Take what was erased out of the engine's files, as far as statements can do that.
// takes: nothing
// gives: nothing
// why:   a checkpoint lets the server drop the transaction logs that it does not have to keep, and in them what was erased.
CYPHER 5 CALL db.checkpoint();
