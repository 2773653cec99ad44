// What artifacts rest on directly, as known at a position.
// takes: sources LIST<STRING>, position INTEGER (log position)
// gives: source STRING, relation STRING, target STRING, known_from INTEGER (log position)
CYPHER 5
MATCH (source:Artifact) WHERE source.urn IN $sources
MATCH (source)-[r]->(target)
WHERE r.known_from <= $position AND $position < r.known_to
WITH source.urn AS source, type(r) AS relation, target.urn AS target, r.known_from AS known_from
RETURN collect([source, relation, target, known_from]) AS rows
