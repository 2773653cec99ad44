// Every value kept beside the log for some artifacts up to a position, oldest first.
// takes: urns LIST<STRING>, position INTEGER (log position)
// gives: urn STRING, field STRING, position INTEGER (log position), commitment STRING (hexadecimal), salt STRING (hexadecimal), value STRING (JSON)
// why:   a predicate on every column lets the planner use the index it is told to.
CYPHER 5
MATCH (annotation:Annotation) USING INDEX annotation:Annotation(urn, field, position)
WHERE annotation.urn IN $urns AND annotation.field IS NOT NULL AND annotation.position <= $position
WITH annotation.urn AS urn, annotation.field AS field, annotation.position AS position,
  annotation.commitment AS commitment, annotation.salt AS salt, annotation.value AS value
ORDER BY urn, field, position
RETURN collect([urn, field, position, commitment, salt, value]) AS rows
