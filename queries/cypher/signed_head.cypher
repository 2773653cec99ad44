// The head of the log as it was last signed.
// takes: nothing
// gives: size INTEGER, root STRING (hexadecimal), note STRING (C2SP checkpoint)
CYPHER 5
MATCH (signed:SignedHead {name: 'log'})
WITH signed.size AS size, signed.root AS root, signed.note AS note
RETURN collect([size, root, note]) AS rows
