// Which fields were erased by which entries, for a range of URNs, with every column.
// takes: after STRING (URN, exclusive), last STRING (URN, inclusive)
// gives: urn STRING, field STRING, position INTEGER
CYPHER 5
MATCH (erasure:Erasure) WHERE $after < erasure.urn <= $last
WITH erasure.urn AS urn, erasure.field AS field, erasure.position AS position
RETURN collect([urn, field, position]) AS rows
