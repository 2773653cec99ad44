// The KPI windows of one stream, every revision, oldest or newest first.
// takes: after STRING (URN), beyond STRING (URN), way INTEGER (1 oldest first, -1 newest first), position INTEGER (log position), limit INTEGER
// gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON)
// why:   the URNs of a stream's windows are one range of the index of URNs, those of all roll-outs of a slot too; a window that no longer claims to measure anything is left out.
CYPHER 5
MATCH (artifact:Artifact)
WHERE artifact.urn > $after AND artifact.urn < $beyond AND artifact.referred_at <= $position AND EXISTS {
  MATCH (artifact)-[r:MEASURES]->() WHERE r.known_from <= $position AND $position < r.known_to
}
WITH artifact ORDER BY $way * artifact.exists_from, artifact.urn LIMIT $limit
WITH artifact.urn AS urn, artifact.kind AS kind, artifact.window AS window, artifact.referred_at AS referred_at,
  artifact.referred_on AS referred_on, artifact.first_declared AS first_declared, artifact.declared_from AS
  declared_from, artifact.declared_to AS declared_to, artifact.declared_on AS declared_on, artifact.exists_from AS
  exists_from, artifact.actor AS actor, artifact.content AS content, artifact.fields AS fields, artifact.told_by AS
  told_by
RETURN collect([urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on,
  exists_from, actor, content, fields, told_by]) AS rows
