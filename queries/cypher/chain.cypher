// Every artifact that some artifacts rest on, as of two clocks, each once, with its own steps.
// takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER, most_steps INTEGER,
//        stopped_kinds LIST<STRING>, stopped_relations LIST<STRING>
// gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
// why:   both clocks inside the pattern keep the planner's pruning search (tests/contract/test_chain_plan.py), which visits each artifact
//        once, so that many paths cost no more than one. A later declaration may hide an earlier one here: the walk then takes too
//        much rather than too little, and the caller walks the returned steps again with exact rows. No order: the search stops at
//        the limit, and the caller walks in bands from the roots when a row too many comes. UNWIND, because after `root.urn IN $of`
//        the planner takes the roots for one and leaves DISTINCT out: what they share would come once for each. Steps name their
//        other end themselves, so that no other artifact is read, and COLLECT stops at the number that is taken.
CYPHER 5
UNWIND $of AS wanted
MATCH (root:Artifact {urn: wanted})
MATCH (root)
    ((near)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]->(found)
      WHERE r.known_from <= $position AND $position < r.known_to
      AND (NOT near.kind IN $stopped_kinds OR near.urn IN $of)
      AND NOT type(r) IN $stopped_relations
      AND NOT (found.exists_from > $existing_at AND found.declared_from <= $position AND $position < found.declared_to))*
    (reached)
WITH DISTINCT reached LIMIT $limit
WITH reached.urn AS urn, reached.kind AS kind, reached.window AS window, reached.referred_at AS referred_at,
  reached.referred_on AS referred_on, reached.first_declared AS first_declared, reached.declared_from AS declared_from,
  reached.declared_to AS declared_to, reached.declared_on AS declared_on, reached.exists_from AS exists_from,
  reached.actor AS actor, reached.content AS content, reached.fields AS fields, reached.told_by AS told_by,
  COLLECT {
    MATCH (reached)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]->() WHERE r.known_from <= $position AND $position < r.known_to
    RETURN [type(r), r.target_urn, r.known_from, r.recorded_at, r.actor] LIMIT $most_steps
  } AS steps
RETURN collect([urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on,
  exists_from, actor, content, fields, told_by, steps]) AS rows
