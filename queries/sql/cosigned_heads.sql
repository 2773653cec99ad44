-- The heads that witnesses have cosigned, the newest first.
-- takes: nothing
-- gives: size INTEGER, root STRING (hexadecimal), note STRING (C2SP checkpoint with cosignatures)
SELECT size, root, note FROM cosigned_head ORDER BY size DESC
