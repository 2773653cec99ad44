// End the declaration of an artifact at a position.
// takes: urn STRING, position INTEGER
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MATCH (artifact:Artifact {urn: row.urn})
SET artifact.declared_to = row.position
