// What artifacts say they succeed, as known at a position.
// takes: sources LIST<STRING>, position INTEGER (log position)
// gives: source STRING, relation STRING, target STRING, known_from INTEGER (log position)
// why:   apart from relations_from, because what artifacts rest on may be very much.
CYPHER 5
UNWIND $sources AS wanted
MATCH (near:Artifact {urn: wanted})
MATCH (near)-[r:REPLACES|REVISES]->()
WHERE r.known_from <= $position AND $position < r.known_to
WITH r.source_urn AS source, type(r) AS relation, r.target_urn AS target, r.known_from AS known_from
RETURN collect([source, relation, target, known_from]) AS rows
