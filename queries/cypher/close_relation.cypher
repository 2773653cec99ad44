// End the known-interval of one relation at a position.
// takes: source STRING, relation STRING, target STRING, position INTEGER
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MATCH (source:Artifact {urn: row.source})
MATCH (target:Artifact {urn: row.target})
MATCH (source)-[r]->(target)
WHERE type(r) = row.relation AND r.known_to = 4611686018427387904 AND r.known_from < row.position
SET r.known_to = row.position
