// Keep the hash of a subtree of the log that has become complete.
// takes: level INTEGER, number INTEGER, hash STRING (hexadecimal)
// gives: nothing
CYPHER 5
UNWIND $rows AS row
CREATE (:TileHash {level: row.level, number: row.number, hash: row.hash})
