// The newest artifacts of some series that are on record at a moment and whose versions hold a text; newest first.
// takes: series LIST<STRING> (URNs), holding LIST<STRING> (text in lower case, '' for any), existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER (of each series), most INTEGER (of all)
// gives: urn STRING, referred_at INTEGER (log position)
// why:   the index of URNs serves series too. What was retracted stays a stub only where a known relation still touches it. A later
//        declaration may hide an earlier one: the caller looks at each again.
CYPHER 5
UNWIND range(0, size($series) - 1) AS part
WITH $series[part] + '@' AS beginning, $holding[part] AS holding
CALL (beginning, holding) {
  MATCH (artifact:Artifact)
  WHERE artifact.urn STARTS WITH beginning AND artifact.referred_at <= $position
    AND toLower(artifact.version) CONTAINS holding
    AND NOT (artifact.exists_from > $existing_at AND artifact.declared_from <= $position AND $position < artifact.declared_to)
    AND (artifact.declared_to > $position OR artifact.first_declared > $position
         OR EXISTS { (artifact)-[r]-() WHERE r.known_from <= $position AND $position < r.known_to })
  RETURN artifact.urn AS urn, artifact.referred_at AS referred_at
  ORDER BY referred_at DESC, urn DESC LIMIT $limit
}
WITH urn, referred_at ORDER BY referred_at DESC, urn DESC LIMIT $most
RETURN collect([urn, referred_at]) AS rows
