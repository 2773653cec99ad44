// Entries whose subject is one of some URNs, up to a position, in order.
// takes: subjects LIST<STRING>, position INTEGER (log position)
// gives: position INTEGER (log position), recorded_at INTEGER (µs since 1970, UTC), leaf STRING (hexadecimal), body STRING (JCS)
CYPHER 5
MATCH (entry:Entry) USING INDEX entry:Entry(subject)
WHERE entry.subject IN $subjects AND entry.position <= $position
WITH entry.position AS position, entry.recorded_at AS recorded_at, entry.leaf AS leaf, entry.body AS body
ORDER BY position
RETURN collect([position, recorded_at, leaf, body]) AS rows
