// Entries about the log itself: its genesis, its keys and its origins, up to a position, in order.
// takes: position INTEGER (log position)
// gives: position INTEGER (log position), recorded_at INTEGER (µs since 1970, UTC), leaf STRING (hexadecimal), body STRING (JCS)
// why:   the subject of such an entry is log: and the origin, so all of them are one range of the index of subjects.
CYPHER 5
MATCH (entry:Entry) USING INDEX entry:Entry(subject)
WHERE entry.subject STARTS WITH 'log:' AND entry.position <= $position
WITH entry.position AS position, entry.recorded_at AS recorded_at, entry.leaf AS leaf, entry.body AS body
ORDER BY position
RETURN collect([position, recorded_at, leaf, body]) AS rows
