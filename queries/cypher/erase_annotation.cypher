// Take every value of a field that was stated before a position, and its salt; the commitment stays.
// takes: urn STRING, field STRING, position INTEGER (log position)
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MATCH (annotation:Annotation {urn: row.urn, field: row.field})
WHERE annotation.position < row.position AND annotation.salt <> ''
SET annotation.salt = '', annotation.value = ''
