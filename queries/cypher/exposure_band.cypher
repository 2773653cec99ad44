// One band of an exposure: what was made directly from some artifacts, deployments first, then by URN, with the steps to those.
// takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER, most_steps INTEGER
// gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
// why:   asked band by band when an exposure is longer than its limit. What an exposure is about comes first: deployments, then what they
//        are made of. The steps of what has very many are read from an index, as in chain_band.cypher; the URNs of windows come after
//        those of features. A step's other URN is one of `of`: every step comes once, whichever artifact it belongs to, and no hub's
//        steps come in one piece; whichever is less is read: an artifact's steps, or the pairs it makes with `of`.
CYPHER 5
OPTIONAL MATCH (asked:Artifact) WHERE asked.urn IN $of
WITH collect(asked) AS nearer
UNWIND nearer AS near
WITH nearer, near, near.urn AS wanted, COUNT { (near)<--() } AS degree
CALL (wanted, near, degree) {
  WITH near, degree WHERE degree <= $limit
  MATCH (near)<-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS]-(found)
  WHERE r.known_from <= $position AND $position < r.known_to
    AND found.kind <> 'kpi_window'
    AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
  RETURN found
  UNION ALL
  WITH wanted, degree WHERE degree > $limit
  CALL (wanted) {
    MATCH (found)-[r:DERIVED_FROM]->() USING INDEX SEEK r:DERIVED_FROM(target_urn, source_urn)
    WHERE r.target_urn = wanted AND r.source_urn >= '' AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.target_urn, r.source_urn LIMIT $limit
    UNION ALL
    MATCH (found)-[r:COMPUTED_FROM]->() USING INDEX SEEK r:COMPUTED_FROM(target_urn, source_urn)
    WHERE r.target_urn = wanted AND r.source_urn < 'kpi_window:' AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.target_urn, r.source_urn LIMIT $limit
    UNION ALL
    MATCH (found)-[r:TRAINED_ON]->() USING INDEX SEEK r:TRAINED_ON(target_urn, source_urn)
    WHERE r.target_urn = wanted AND r.source_urn >= '' AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.target_urn, r.source_urn LIMIT $limit
    UNION ALL
    MATCH (found)-[r:BUILT_FROM]->() USING INDEX SEEK r:BUILT_FROM(target_urn, source_urn)
    WHERE r.target_urn = wanted AND r.source_urn >= '' AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.target_urn, r.source_urn LIMIT $limit
    UNION ALL
    MATCH (found)-[r:SERVES]->() USING INDEX SEEK r:SERVES(target_urn, source_urn)
    WHERE r.target_urn = wanted AND r.source_urn >= '' AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.target_urn, r.source_urn LIMIT $limit
    UNION ALL
    MATCH (found)-[r:READS]->() USING INDEX SEEK r:READS(target_urn, source_urn)
    WHERE r.target_urn = wanted AND r.source_urn >= '' AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.target_urn, r.source_urn LIMIT $limit
  }
  RETURN found
}
WITH DISTINCT nearer, found
WITH nearer, found, CASE found.kind WHEN 'deployment' THEN 1 WHEN 'model' THEN 2 WHEN 'feature' THEN 3 ELSE 4 END AS place
ORDER BY place, found.urn LIMIT $limit
WITH place, found, nearer, COUNT { (found)-->() } AS degree
WITH found.urn AS urn, found.kind AS kind, found.window AS window, found.referred_at AS referred_at,
  found.referred_on AS referred_on, found.first_declared AS first_declared, found.declared_from AS declared_from,
  found.declared_to AS declared_to, found.declared_on AS declared_on, found.exists_from AS exists_from,
  found.actor AS actor, found.content AS content, found.fields AS fields, found.told_by AS told_by,
  COLLECT {
    CALL (found, nearer, degree) {
      WITH found, nearer, degree WHERE degree <= size(nearer)
      MATCH (found)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS]->(other)
      WHERE r.known_from <= $position AND $position < r.known_to AND other IN nearer
      RETURN r
      UNION ALL
      WITH found, nearer, degree WHERE degree > size(nearer)
      UNWIND nearer AS other
      MATCH (found)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS]->(other)
      WHERE r.known_from <= $position AND $position < r.known_to
      RETURN r
    }
    WITH r ORDER BY r.target_urn LIMIT $most_steps
    RETURN [type(r), r.target_urn, r.known_from, r.recorded_at, r.actor]
  } AS steps, place ORDER BY place, urn
RETURN collect([urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on,
  exists_from, actor, content, fields, told_by, steps]) AS rows
