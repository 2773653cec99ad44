-- Entries about the log itself: its genesis, its keys and its origins, up to a position, in order.
-- takes: position INTEGER (log position)
-- gives: position INTEGER (log position), recorded_at INTEGER (µs since 1970, UTC), leaf STRING (hexadecimal), body STRING (JCS)
-- why:   the subject of such an entry is log: and the origin, so all of them are one range of the index of subjects; ; follows the colon.
SELECT position, recorded_at, leaf, body FROM entry
WHERE subject >= 'log:' AND subject < 'log;' AND position <= :position ORDER BY position
