// Entries about a namespace, and those that named something of it before anybody declared it, in the order of the log.
// takes: namespace STRING, position INTEGER (log position), since INTEGER (log position), about STRING (URN), limit INTEGER
// gives: position INTEGER (log position), about STRING (URN that was named, '' for an entry about something of the namespace), recorded_at INTEGER (µs since 1970, UTC), body STRING (JCS)
// why:   each part is one range of an index that is in this order already, so that a page costs the same in a namespace of any size. What
//        is not about the log itself is about something of a namespace. The page begins at (since, about), inclusive.
CYPHER 5
CALL () {
  MATCH (entry:Entry) USING INDEX entry:Entry(namespace, position)
  WHERE entry.namespace = $namespace AND entry.position >= $since AND NOT entry.subject STARTS WITH 'log:'
    AND entry.position <= $position AND (entry.position > $since OR $about = '')
  RETURN entry.position AS position, '' AS about
  ORDER BY entry.namespace, entry.position LIMIT $limit
  UNION ALL
  MATCH (artifact:Artifact) USING INDEX artifact:Artifact(namespace, mentioned)
  WHERE artifact.namespace = $namespace AND artifact.mentioned >= $since
    AND artifact.mentioned <= $position AND (artifact.mentioned > $since OR artifact.urn >= $about)
    AND NOT EXISTS { MATCH (:Entry {position: artifact.mentioned, subject: artifact.urn}) }
  WITH artifact ORDER BY artifact.namespace, artifact.mentioned, artifact.urn LIMIT $limit
  RETURN artifact.mentioned AS position, artifact.urn AS about
}
WITH position, about ORDER BY position, about LIMIT $limit
MATCH (entry:Entry {position: position})
WITH position, about, entry.recorded_at AS recorded_at, entry.body AS body
ORDER BY position, about
RETURN collect([position, about, recorded_at, body]) AS rows
