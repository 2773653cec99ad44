// Values that stand beside the log under the entries from one position to another, both inclusive, with every column.
// takes: first INTEGER (log position), last INTEGER (log position)
// gives: urn STRING, field STRING, position INTEGER, commitment STRING, salt STRING, value STRING
CYPHER 5
MATCH (annotation:Annotation) WHERE $first <= annotation.position <= $last
WITH annotation.urn AS urn,
  annotation.field AS field,
  annotation.position AS position,
  annotation.commitment AS commitment,
  annotation.salt AS salt,
  annotation.value AS value
RETURN collect([urn, field, position, commitment, salt, value]) AS rows
