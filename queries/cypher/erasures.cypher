// Which fields of some artifacts were erased, and by which entries, whatever the position.
// takes: urns LIST<STRING>
// gives: urn STRING, field STRING, position INTEGER (log position)
// why:   a predicate on every column lets the planner use the index it is told to.
CYPHER 5
MATCH (erasure:Erasure) USING INDEX erasure:Erasure(urn, field, position)
WHERE erasure.urn IN $urns AND erasure.field IS NOT NULL AND erasure.position IS NOT NULL
WITH erasure.urn AS urn, erasure.field AS field, erasure.position AS position
ORDER BY urn, field, position
RETURN collect([urn, field, position]) AS rows
