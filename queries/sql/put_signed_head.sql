-- Publish the head of the log as it was last signed.
-- takes: size INTEGER, root STRING (hexadecimal), note STRING (C2SP checkpoint)
-- gives: nothing
INSERT INTO signed_head (only_one, size, root, note) VALUES (1, :size, :root, :note)
ON CONFLICT (only_one) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note
