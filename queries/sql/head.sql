-- The head of the log: size, root and frontier of its tree, and the time of its last entry.
-- takes: nothing
-- gives: format INTEGER, size INTEGER, root STRING, frontier STRING (JSON list of hexadecimal hashes), recorded_at INTEGER (µs since 1970, UTC), simulated INTEGER (entries), origin STRING, key_text STRING
SELECT format, size, root, frontier, recorded_at, simulated, origin, key_text FROM log_head
