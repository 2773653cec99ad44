// Keep that an entry erased the values of a field.
// takes: urn STRING, field STRING, position INTEGER (log position)
// gives: nothing
CYPHER 5
UNWIND $rows AS row
CREATE (:Erasure {urn: row.urn, field: row.field, position: row.position})
