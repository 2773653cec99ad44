// One band of a chain: the artifacts that rest directly on some artifacts, nearest URNs first, with their own steps.
// takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER, most_steps INTEGER,
//        stopped_relations LIST<STRING>
// gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
// why:   asked band by band from the roots when a chain is longer than its limit, or its depth is bounded. What is in `of` already
//        may come again: the caller knows what it has. The limit comes before the steps, so that only what is kept is read.
CYPHER 5
MATCH (near:Artifact) WHERE near.urn IN $of
MATCH (near)<-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]-(found)
WHERE r.known_from <= $position AND $position < r.known_to
  AND NOT type(r) IN $stopped_relations
  AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to)
WITH DISTINCT found ORDER BY found.urn LIMIT $limit
WITH found.urn AS urn, found.kind AS kind, found.window AS window, found.referred_at AS referred_at,
  found.referred_on AS referred_on, found.first_declared AS first_declared, found.declared_from AS declared_from,
  found.declared_to AS declared_to, found.declared_on AS declared_on, found.exists_from AS exists_from,
  found.actor AS actor, found.content AS content, found.fields AS fields, found.told_by AS told_by,
  [(found)<-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]-(other)
    WHERE r.known_from <= $position AND $position < r.known_to | [type(r), other.urn, r.known_from, r.recorded_at, r.actor]] AS steps
WITH urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on,
  exists_from, actor, content, fields, told_by, steps[..$most_steps] AS steps ORDER BY urn
RETURN collect([urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on,
  exists_from, actor, content, fields, told_by, steps]) AS rows
