-- The head of the log as it was last signed.
-- takes: nothing
-- gives: size INTEGER, root STRING (hexadecimal), note STRING (C2SP checkpoint)
SELECT size, root, note FROM signed_head
