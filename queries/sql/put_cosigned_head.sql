-- Keep a head of the log with the cosignatures it has by now.
-- takes: size INTEGER, root STRING (hexadecimal), note STRING (C2SP checkpoint with cosignatures)
-- gives: nothing
INSERT INTO cosigned_head (size, root, note) VALUES (:size, :root, :note)
ON CONFLICT (size) DO UPDATE SET root = excluded.root, note = excluded.note
