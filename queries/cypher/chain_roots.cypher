// The roots of a chain, each with its own steps.
// takes: of LIST<STRING>, position INTEGER (log position), most_steps INTEGER
// gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
// why:   where a walk in bands begins, when the whole chain was not asked for before.
CYPHER 5
UNWIND $of AS wanted
MATCH (root:Artifact {urn: wanted})
WITH root.urn AS urn, root.kind AS kind, root.window AS window, root.referred_at AS referred_at,
  root.referred_on AS referred_on, root.first_declared AS first_declared, root.declared_from AS declared_from,
  root.declared_to AS declared_to, root.declared_on AS declared_on, root.exists_from AS exists_from,
  root.actor AS actor, root.content AS content, root.fields AS fields, root.told_by AS told_by,
  COLLECT {
    MATCH (root)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]->() WHERE r.known_from <= $position AND $position < r.known_to
    RETURN [type(r), r.target_urn, r.known_from, r.recorded_at, r.actor] LIMIT $most_steps
  } AS steps
RETURN collect([urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on,
  exists_from, actor, content, fields, told_by, steps]) AS rows
