// The models and KPI windows that were judged directly on some datasets and windows, the first by URN, with what they were judged on.
// takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER
// gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
// why:   asked when exposure_judged gives more than may be read: the same ones then come every time, and no more of anything is read
//        than the limit, as in chain_band.cypher.
CYPHER 5
UNWIND $of AS wanted
MATCH (bad:Artifact {urn: wanted})
WITH wanted, bad, COUNT { (bad)<--() } AS degree
CALL (wanted, bad, degree) {
  WITH bad, degree WHERE degree <= $limit
  MATCH (bad)<-[r:EVALUATED_ON|COMPARED_WITH|COMPUTED_FROM]-(found)
  WHERE r.known_from <= $position AND $position < r.known_to
    AND found.kind IN ['model', 'kpi_window']
    AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
  RETURN found
  UNION ALL
  WITH wanted, degree WHERE degree > $limit
  CALL (wanted) {
    MATCH (found)-[r:EVALUATED_ON]->() USING INDEX SEEK r:EVALUATED_ON(target_urn, source_urn)
    WHERE r.target_urn = wanted AND r.source_urn >= '' AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.target_urn, r.source_urn LIMIT $limit
    UNION ALL
    MATCH (found)-[r:COMPARED_WITH]->() USING INDEX SEEK r:COMPARED_WITH(target_urn, source_urn)
    WHERE r.target_urn = wanted AND r.source_urn >= '' AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.target_urn, r.source_urn LIMIT $limit
    UNION ALL
    MATCH (found)-[r:COMPUTED_FROM]->() USING INDEX SEEK r:COMPUTED_FROM(target_urn, source_urn)
    WHERE r.target_urn = wanted AND r.source_urn >= 'kpi_window:' AND r.known_from <= $position AND $position < r.known_to
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
    RETURN found ORDER BY r.target_urn, r.source_urn LIMIT $limit
  }
  RETURN found
}
WITH DISTINCT found AS judged
WITH judged WHERE NOT judged.urn IN $of
WITH judged ORDER BY judged.urn LIMIT $limit
WITH judged.urn AS urn, judged.kind AS kind, judged.window AS window, judged.referred_at AS referred_at,
  judged.referred_on AS referred_on, judged.first_declared AS first_declared, judged.declared_from AS declared_from,
  judged.declared_to AS declared_to, judged.declared_on AS declared_on, judged.exists_from AS exists_from,
  judged.actor AS actor, judged.content AS content, judged.fields AS fields, judged.told_by AS told_by,
  [(judged)-[r:EVALUATED_ON|COMPARED_WITH|COMPUTED_FROM]->()
    WHERE r.known_from <= $position AND $position < r.known_to | [type(r), r.target_urn, r.known_from, r.recorded_at, r.actor]]
  + [(judged)-[r:MEASURES]->()
    WHERE r.known_from <= $position AND $position < r.known_to | [type(r), r.target_urn, r.known_from, r.recorded_at, r.actor]] AS steps ORDER BY urn
RETURN collect([urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on,
  exists_from, actor, content, fields, told_by, steps]) AS rows
