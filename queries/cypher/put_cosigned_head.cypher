// Keep a head of the log with the cosignatures it has by now.
// takes: size INTEGER, root STRING (hexadecimal), note STRING (C2SP checkpoint with cosignatures)
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MERGE (cosigned:CosignedHead {size: row.size})
SET cosigned.root = row.root, cosigned.note = row.note
