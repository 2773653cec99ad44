// Publish the head of the log as it was last signed.
// takes: size INTEGER, root STRING (hexadecimal), note STRING (C2SP checkpoint)
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MERGE (signed:SignedHead {name: 'log'})
SET signed.size = row.size, signed.root = row.root, signed.note = row.note
