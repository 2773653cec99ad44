// The URNs of a page of artifacts, in order.
// takes: after STRING (URN), limit INTEGER
// gives: urn STRING
CYPHER 5
MATCH (artifact:Artifact) WHERE artifact.urn > $after
WITH artifact.urn AS urn ORDER BY urn LIMIT $limit
RETURN collect([urn]) AS rows
