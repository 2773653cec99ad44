-- Move the head of the log.
-- takes: format INTEGER, size INTEGER, root STRING, frontier STRING, recorded_at INTEGER (µs since 1970, UTC), simulated INTEGER, origin STRING, key_text STRING
-- gives: nothing
INSERT INTO log_head (only_one, format, size, root, frontier, recorded_at, simulated, origin, key_text)
VALUES (1, :format, :size, :root, :frontier, :recorded_at, :simulated, :origin, :key_text)
ON CONFLICT (only_one) DO UPDATE SET
  format = excluded.format, size = excluded.size, root = excluded.root, frontier = excluded.frontier,
  recorded_at = excluded.recorded_at, simulated = excluded.simulated, origin = excluded.origin, key_text = excluded.key_text
