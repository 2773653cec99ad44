// Which of some artifacts stand at either end of a relation that is known at a position.
// takes: urns LIST<STRING>, position INTEGER (log position)
// gives: urn STRING
CYPHER 5
MATCH (artifact:Artifact)
WHERE artifact.urn IN $urns AND EXISTS { (artifact)-[r]-() WHERE r.known_from <= $position AND $position < r.known_to }
WITH artifact.urn AS urn
RETURN collect([urn]) AS rows
