// A page of artifacts in the order of their URNs, as known at a position: by kind, namespace and text in the URN, each '' for any.
// takes: kind STRING, namespace STRING, text STRING, after STRING (URN), position INTEGER (log position), limit INTEGER
// gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON)
// why:   what was retracted stays a stub only where a known relation still touches it. The page is one range of the index of URNs: they
//        begin with kind and namespace, and hold ASCII only, so that \uffff comes after all of them.
CYPHER 5
WITH CASE WHEN $kind = '' THEN '' WHEN $namespace = '' THEN $kind + ':' ELSE $kind + ':' + $namespace + '/' END AS beginning
WITH beginning, CASE WHEN $after > beginning THEN $after ELSE beginning END AS past
MATCH (artifact:Artifact)
WHERE artifact.urn > past AND artifact.urn < beginning + '\uffff'
  AND ($kind = '' OR artifact.kind = $kind) AND ($namespace = '' OR artifact.namespace = $namespace)
  AND ($text = '' OR toLower(artifact.urn) CONTAINS toLower($text))
  AND artifact.referred_at <= $position
  AND (artifact.declared_to > $position OR artifact.first_declared > $position
       OR EXISTS { (artifact)-[r]-() WHERE r.known_from <= $position AND $position < r.known_to })
WITH artifact ORDER BY artifact.urn LIMIT $limit
WITH artifact.urn AS urn, artifact.kind AS kind, artifact.window AS window, artifact.referred_at AS referred_at,
  artifact.referred_on AS referred_on, artifact.first_declared AS first_declared,
  artifact.declared_from AS declared_from, artifact.declared_to AS declared_to,
  artifact.declared_on AS declared_on, artifact.exists_from AS exists_from, artifact.actor AS actor,
  artifact.content AS content, artifact.fields AS fields, artifact.told_by AS told_by
ORDER BY urn
RETURN collect([urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on,
  exists_from, actor, content, fields, told_by]) AS rows
