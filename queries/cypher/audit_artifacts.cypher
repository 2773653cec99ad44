// Artifacts in a range of URNs, with every column.
// takes: after STRING (URN, exclusive), last STRING (URN, inclusive)
// gives: urn STRING, kind STRING, namespace STRING, series STRING, version STRING, window STRING, referred_at INTEGER, referred_on INTEGER, first_declared INTEGER, declared_from INTEGER, declared_to INTEGER, declared_on INTEGER, exists_from INTEGER, actor STRING, content STRING, fields STRING, told_by STRING
CYPHER 5
MATCH (artifact:Artifact) WHERE $after < artifact.urn <= $last
WITH artifact.urn AS urn,
  artifact.kind AS kind,
  artifact.namespace AS namespace,
  artifact.series AS series,
  artifact.version AS version,
  artifact.window AS window,
  artifact.referred_at AS referred_at,
  artifact.referred_on AS referred_on,
  artifact.first_declared AS first_declared,
  artifact.declared_from AS declared_from,
  artifact.declared_to AS declared_to,
  artifact.declared_on AS declared_on,
  artifact.exists_from AS exists_from,
  artifact.actor AS actor,
  artifact.content AS content,
  artifact.fields AS fields,
  artifact.told_by AS told_by
RETURN collect([urn, kind, namespace, series, version, window, referred_at, referred_on, first_declared,
  declared_from, declared_to, declared_on, exists_from, actor, content, fields, told_by]) AS rows
