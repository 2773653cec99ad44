// Entries of the log from one position to another, both inclusive, in order.
// takes: first INTEGER (log position), last INTEGER (log position)
// gives: position INTEGER (log position), recorded_at INTEGER (µs since 1970, UTC), leaf STRING (hexadecimal), body STRING (JCS)
CYPHER 5
MATCH (entry:Entry) WHERE $first <= entry.position <= $last
WITH entry.position AS position, entry.recorded_at AS recorded_at, entry.leaf AS leaf, entry.body AS body
ORDER BY position
RETURN collect([position, recorded_at, leaf, body]) AS rows
