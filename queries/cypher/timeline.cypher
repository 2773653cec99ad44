// Entries about the URNs of some ranges, and those that named one of them before anybody declared it, in the order of the log.
// takes: first LIST<STRING> (URNs), past LIST<STRING> (URNs), holding LIST<STRING> (text, '' for any), position INTEGER (log position), since INTEGER (log position), about STRING (URN), limit INTEGER
// gives: position INTEGER (log position), about STRING (URN that was named, '' for an entry about a URN in scope), recorded_at INTEGER (µs since 1970, UTC), body STRING (JCS)
// why:   a scope is some ranges [first, past) of the two indexes that begin with a URN, of which only URNs that hold a text count. The
//        page begins at (since, about), inclusive; bodies are read only for what the page keeps.
CYPHER 5
UNWIND range(0, size($first) - 1) AS part
WITH $first[part] AS first, $past[part] AS past, $holding[part] AS holding
CALL (first, past, holding) {
  MATCH (entry:Entry) USING INDEX entry:Entry(subject)
  WHERE entry.subject >= first AND entry.subject < past AND entry.subject CONTAINS holding
    AND entry.position <= $position AND (entry.position > $since OR (entry.position = $since AND $about = ''))
  RETURN entry.position AS position, '' AS about
  UNION ALL
  MATCH (artifact:Artifact) USING INDEX artifact:Artifact(urn)
  WHERE artifact.urn >= first AND artifact.urn < past AND artifact.urn CONTAINS holding
    AND artifact.referred_at < artifact.first_declared AND artifact.referred_at <= $position
    AND (artifact.referred_at > $since OR (artifact.referred_at = $since AND artifact.urn >= $about))
    AND NOT EXISTS { MATCH (:Entry {position: artifact.referred_at, subject: artifact.urn}) }
  RETURN artifact.referred_at AS position, artifact.urn AS about
}
WITH position, about ORDER BY position, about LIMIT $limit
MATCH (entry:Entry {position: position})
WITH position, about, entry.recorded_at AS recorded_at, entry.body AS body
ORDER BY position, about
RETURN collect([position, about, recorded_at, body]) AS rows
