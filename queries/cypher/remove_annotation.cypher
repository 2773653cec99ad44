// Remove what stands beside the log and does not belong to it.
// takes: urn STRING, field STRING, position INTEGER
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MATCH (annotation:Annotation {urn: row.urn, field: row.field, position: row.position})
DELETE annotation
