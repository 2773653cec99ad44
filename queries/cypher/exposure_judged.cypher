// The models and KPI windows that were judged on some datasets and windows, with what they were judged on and measure.
// takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER
// gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
// why:   one walk over all that is bad, because a window may be compared with a window that was; the walk ends at the limit.
CYPHER 5
UNWIND $of AS wanted
MATCH (bad:Artifact {urn: wanted})
MATCH (bad)
    (()<-[r:EVALUATED_ON|COMPARED_WITH|COMPUTED_FROM]-(found)
      WHERE r.known_from <= $position AND $position < r.known_to
      AND found.kind IN ['model', 'kpi_window']
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to))*
    (judged)
WITH DISTINCT judged
WITH judged WHERE NOT judged.urn IN $of
WITH judged LIMIT $limit
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
