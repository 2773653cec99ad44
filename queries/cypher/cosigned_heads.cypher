// The heads that witnesses have cosigned, the newest first.
// takes: nothing
// gives: size INTEGER, root STRING (hexadecimal), note STRING (C2SP checkpoint with cosignatures)
CYPHER 5
MATCH (cosigned:CosignedHead)
WITH cosigned.size AS size, cosigned.root AS root, cosigned.note AS note ORDER BY size DESC
RETURN collect([size, root, note]) AS rows
