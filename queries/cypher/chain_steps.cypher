// The steps of some artifacts that stay among others, and how many steps each has in all by relation.
// takes: of LIST<STRING>, within LIST<STRING>, position INTEGER (log position)
// gives: urn STRING, steps LIST (relation, other URN, log position, µs since 1970 UTC, actor), counts LIST (relation, number)
// why:   for what has more steps than come with the artifacts of a chain; the other ends are compared as nodes, so that no property
//        of what is outside is read.
CYPHER 5
OPTIONAL MATCH (inside:Artifact) WHERE inside.urn IN $within
WITH collect(inside) AS insiders
MATCH (near:Artifact) WHERE near.urn IN $of
WITH near.urn AS urn,
  COLLECT {
    MATCH (near)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]->(other)
    WHERE other IN insiders AND r.known_from <= $position AND $position < r.known_to
    RETURN [type(r), other.urn, r.known_from, r.recorded_at, r.actor]
  } AS steps,
  COLLECT {
    MATCH (near)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]->()
    WHERE r.known_from <= $position AND $position < r.known_to
    WITH type(r) AS name, count(*) AS number
    RETURN [name, number]
  } AS counts
RETURN collect([urn, steps, counts]) AS rows
