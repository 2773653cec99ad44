// The KPI windows that measure some artifacts, every revision, by what they measure and by URN.
// takes: of LIST<STRING>, position INTEGER (log position), limit INTEGER
// gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
// why:   one lookup for all that is touched; of each the first by URN, from an index that is in this order (as in chain_band.cypher), so
//        that no more than the limit is read.
CYPHER 5
UNWIND $of AS measures
CALL (measures) {
  MATCH (reading)-[r:MEASURES]->() USING INDEX SEEK r:MEASURES(target_urn, source_urn)
  WHERE r.target_urn = measures AND r.source_urn >= '' AND r.known_from <= $position AND $position < r.known_to
  RETURN r, reading ORDER BY r.target_urn, r.source_urn LIMIT $limit
}
WITH measures, r, reading ORDER BY measures, reading.urn LIMIT $limit
WITH reading.urn AS urn, reading.kind AS kind, reading.window AS window, reading.referred_at AS referred_at,
  reading.referred_on AS referred_on, reading.first_declared AS first_declared, reading.declared_from AS declared_from,
  reading.declared_to AS declared_to, reading.declared_on AS declared_on, reading.exists_from AS exists_from,
  reading.actor AS actor, reading.content AS content, reading.fields AS fields, reading.told_by AS told_by,
  [['MEASURES', measures, r.known_from, r.recorded_at, r.actor]] AS steps, measures ORDER BY measures, urn
RETURN collect([urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on,
  exists_from, actor, content, fields, told_by, steps]) AS rows
