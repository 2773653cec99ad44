// One band of a chain: the artifacts that some artifacts rest on directly, nearest URNs first, with their own steps.
// takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER, most_steps INTEGER,
//        stopped_relations LIST<STRING>
// gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
// why:   asked band by band from the roots when a chain is longer than its limit, or its depth is bounded. What is in `of` already
//        may come again: the caller knows what it has. The steps of what has more than the limit are read from an index in the order of
//        the URNs at their other end, relation by relation, and no further than the limit; the hint, because the planner would at times
//        rather scan that index from its beginning. The limit comes before the steps, so that only what is kept is read.
CYPHER 5
UNWIND $of AS wanted
MATCH (near:Artifact {urn: wanted})
WITH wanted, near, COUNT { (near)-->() } AS degree
CALL (wanted, near, degree) {
  WITH near, degree WHERE degree <= $limit
  MATCH (near)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]->(found)
  WHERE r.known_from <= $position AND $position < r.known_to
    AND NOT type(r) IN $stopped_relations
    AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
  RETURN found
  UNION ALL
  WITH wanted, degree WHERE degree > $limit
  CALL (wanted) {
    MATCH ()-[r:DERIVED_FROM]->(found) USING INDEX SEEK r:DERIVED_FROM(source_urn, target_urn)
    WHERE r.source_urn = wanted AND r.target_urn >= '' AND NOT 'DERIVED_FROM' IN $stopped_relations AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.source_urn, r.target_urn LIMIT $limit
    UNION ALL
    MATCH ()-[r:COMPUTED_FROM]->(found) USING INDEX SEEK r:COMPUTED_FROM(source_urn, target_urn)
    WHERE r.source_urn = wanted AND r.target_urn >= '' AND NOT 'COMPUTED_FROM' IN $stopped_relations AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.source_urn, r.target_urn LIMIT $limit
    UNION ALL
    MATCH ()-[r:TRAINED_ON]->(found) USING INDEX SEEK r:TRAINED_ON(source_urn, target_urn)
    WHERE r.source_urn = wanted AND r.target_urn >= '' AND NOT 'TRAINED_ON' IN $stopped_relations AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.source_urn, r.target_urn LIMIT $limit
    UNION ALL
    MATCH ()-[r:BUILT_FROM]->(found) USING INDEX SEEK r:BUILT_FROM(source_urn, target_urn)
    WHERE r.source_urn = wanted AND r.target_urn >= '' AND NOT 'BUILT_FROM' IN $stopped_relations AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.source_urn, r.target_urn LIMIT $limit
    UNION ALL
    MATCH ()-[r:SERVES]->(found) USING INDEX SEEK r:SERVES(source_urn, target_urn)
    WHERE r.source_urn = wanted AND r.target_urn >= '' AND NOT 'SERVES' IN $stopped_relations AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.source_urn, r.target_urn LIMIT $limit
    UNION ALL
    MATCH ()-[r:READS]->(found) USING INDEX SEEK r:READS(source_urn, target_urn)
    WHERE r.source_urn = wanted AND r.target_urn >= '' AND NOT 'READS' IN $stopped_relations AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.source_urn, r.target_urn LIMIT $limit
    UNION ALL
    MATCH ()-[r:MEASURES]->(found) USING INDEX SEEK r:MEASURES(source_urn, target_urn)
    WHERE r.source_urn = wanted AND r.target_urn >= '' AND NOT 'MEASURES' IN $stopped_relations AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.source_urn, r.target_urn LIMIT $limit
    UNION ALL
    MATCH ()-[r:EVALUATED_ON]->(found) USING INDEX SEEK r:EVALUATED_ON(source_urn, target_urn)
    WHERE r.source_urn = wanted AND r.target_urn >= '' AND NOT 'EVALUATED_ON' IN $stopped_relations AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.source_urn, r.target_urn LIMIT $limit
    UNION ALL
    MATCH ()-[r:COMPARED_WITH]->(found) USING INDEX SEEK r:COMPARED_WITH(source_urn, target_urn)
    WHERE r.source_urn = wanted AND r.target_urn >= '' AND NOT 'COMPARED_WITH' IN $stopped_relations AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.source_urn, r.target_urn LIMIT $limit
  }
  RETURN found
}
WITH DISTINCT found ORDER BY found.urn LIMIT $limit
WITH found.urn AS urn, found.kind AS kind, found.window AS window, found.referred_at AS referred_at,
  found.referred_on AS referred_on, found.first_declared AS first_declared, found.declared_from AS declared_from,
  found.declared_to AS declared_to, found.declared_on AS declared_on, found.exists_from AS exists_from,
  found.actor AS actor, found.content AS content, found.fields AS fields, found.told_by AS told_by,
  COLLECT {
    MATCH (found)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]->() WHERE r.known_from <= $position AND $position < r.known_to
    RETURN [type(r), r.target_urn, r.known_from, r.recorded_at, r.actor] LIMIT $most_steps
  } AS steps ORDER BY urn
RETURN collect([urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on,
  exists_from, actor, content, fields, told_by, steps]) AS rows
