// Values that stand beside the log, for a range of URNs, with every column.
// takes: after STRING (URN, exclusive), last STRING (URN, inclusive)
// gives: urn STRING, field STRING, position INTEGER, commitment STRING, salt STRING, value STRING
CYPHER 5
MATCH (annotation:Annotation) WHERE $after < annotation.urn <= $last
WITH annotation.urn AS urn,
  annotation.field AS field,
  annotation.position AS position,
  annotation.commitment AS commitment,
  annotation.salt AS salt,
  annotation.value AS value
RETURN collect([urn, field, position, commitment, salt, value]) AS rows
