-- Entries whose subject is one of some URNs, up to a position, in order.
-- takes: subjects LIST<STRING>, position INTEGER (log position)
-- gives: position INTEGER (log position), recorded_at INTEGER (µs since 1970, UTC), leaf STRING (hexadecimal), body STRING (JCS)
SELECT position, recorded_at, leaf, body FROM entry
WHERE subject IN (SELECT value FROM json_each(:subjects)) AND position <= :position ORDER BY position
