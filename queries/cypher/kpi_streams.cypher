// The series of the KPI windows that measure an artifact, as known at a position.
// takes: urn STRING, position INTEGER (log position), limit INTEGER
// gives: series STRING (URN)
// why:   asked only where a segment has no window, to say which have.
CYPHER 5
MATCH (measured:Artifact {urn: $urn})
MATCH (measured)<-[r]-(found)
WHERE type(r) = 'MEASURES' AND r.known_from <= $position AND $position < r.known_to
WITH DISTINCT found.series AS series ORDER BY series LIMIT $limit
RETURN collect([series]) AS rows
