-- Keep up to which position what was erased has been taken out of the engine's files.
-- takes: position INTEGER (log position)
-- gives: nothing
INSERT INTO purged (only_one, position) VALUES (1, :position)
ON CONFLICT (only_one) DO UPDATE SET position = excluded.position
