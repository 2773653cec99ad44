// Every relation that was ever on record behind one artifact, up to a position, with the positions it was known between.
// takes: start STRING, relations LIST<STRING>, position INTEGER (log position), limit INTEGER
// gives: source STRING, relation STRING, target STRING, known_from INTEGER (log position), known_to INTEGER (log position)
// why:   tells why there is no path at a moment. One limit for the artifacts reached and for the rows: whoever gets nearly as many
//        rows as that knows that the walk may have been cut.
CYPHER 5
MATCH (start:Artifact {urn: $start})
MATCH (start)
    (()-[r]->() WHERE r.known_from <= $position AND type(r) IN $relations)*
    (near)
WITH DISTINCT near LIMIT $limit
MATCH (near)-[r]->(far) WHERE r.known_from <= $position AND type(r) IN $relations
WITH near.urn AS source, type(r) AS relation, far.urn AS target, r.known_from AS known_from, r.known_to AS known_to LIMIT $limit
RETURN collect([source, relation, target, known_from, known_to]) AS rows
