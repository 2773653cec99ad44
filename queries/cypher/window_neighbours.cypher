// The last declared KPI window in each of some ranges of URNs, with every revision of it.
// takes: ranges LIST<LIST<STRING>> (URN after which, URN before which)
// gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON)
// why:   one look at the end of each range of the index of URNs; what is retracted or only referred to is passed over. 4611686018427387904 is OPEN_END.
CYPHER 5
UNWIND $ranges AS range
CALL (range) {
  MATCH (beside:Artifact)
  WHERE beside.urn > range[0] AND beside.urn < range[1]
    AND beside.declared_to = 4611686018427387904 AND beside.declared_from < 4611686018427387904
  RETURN beside.window AS nearest ORDER BY beside.urn DESC LIMIT 1
}
WITH DISTINCT nearest
MATCH (artifact:Artifact) WHERE artifact.urn STARTS WITH nearest + ',r' AND artifact.window = nearest
WITH artifact.urn AS urn, artifact.kind AS kind, artifact.window AS window, artifact.referred_at AS referred_at,
  artifact.referred_on AS referred_on, artifact.first_declared AS first_declared,
  artifact.declared_from AS declared_from, artifact.declared_to AS declared_to,
  artifact.declared_on AS declared_on, artifact.exists_from AS exists_from, artifact.actor AS actor,
  artifact.content AS content, artifact.fields AS fields, artifact.told_by AS told_by
RETURN collect([urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on,
  exists_from, actor, content, fields, told_by]) AS rows
