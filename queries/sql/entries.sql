-- Entries of the log from one position to another, both inclusive, in order.
-- takes: first INTEGER (log position), last INTEGER (log position)
-- gives: position INTEGER (log position), recorded_at INTEGER (µs since 1970, UTC), leaf STRING (hexadecimal), body STRING (JCS)
SELECT position, recorded_at, leaf, body FROM entry WHERE position BETWEEN :first AND :last ORDER BY position
