-- Take the head of the log for this transaction, and read it.
-- takes: nothing
-- gives: format INTEGER, size INTEGER, root STRING, frontier STRING (JSON list of hexadecimal hashes), recorded_at INTEGER (µs since 1970, UTC), simulated INTEGER (entries), origin STRING, key_text STRING
-- why:   BEGIN IMMEDIATE holds the writer's lock already, so that reading is enough here.
SELECT format, size, root, frontier, recorded_at, simulated, origin, key_text FROM log_head
