// Forget a cosigned head that newer ones have made superfluous.
// takes: size INTEGER
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MATCH (cosigned:CosignedHead {size: row.size})
DELETE cosigned
