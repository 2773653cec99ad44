// Keep a value that stands beside the log, with its salt and commitment.
// takes: urn STRING, field STRING, position INTEGER, commitment STRING (hexadecimal), salt STRING (hexadecimal), value STRING (JSON)
// gives: nothing
CYPHER 5
UNWIND $rows AS row
CREATE (:Annotation {
  urn: row.urn, field: row.field, position: row.position, commitment: row.commitment, salt: row.salt, value: row.value
})
