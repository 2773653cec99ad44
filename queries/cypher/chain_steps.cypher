// The steps of some artifacts that stay among others, and how many steps each has in all.
// takes: of LIST<STRING>, within LIST<STRING>, position INTEGER (log position), most_counted INTEGER, stopped_relations LIST<STRING>
// gives: urn STRING, steps LIST (relation, other URN, log position, µs since 1970 UTC, actor), walked INTEGER, stopped INTEGER
// why:   for what has more steps than come with the artifacts of a chain. What is walked and what is stopped are counted apart, each up
//        to `most_counted`. Whichever is less is read: an artifact's steps, or the pairs it makes with those it must stay among.
CYPHER 5
OPTIONAL MATCH (inside:Artifact) WHERE inside.urn IN $within
WITH collect(inside) AS insiders
UNWIND $of AS wanted
MATCH (near:Artifact {urn: wanted})
WITH near, insiders, COUNT { (near)-->() } AS degree
WITH near.urn AS urn,
  COLLECT {
    WITH near, insiders, degree WHERE degree <= size(insiders)
    MATCH (near)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]->(other)
    WHERE other IN insiders AND r.known_from <= $position AND $position < r.known_to
    RETURN [type(r), r.target_urn, r.known_from, r.recorded_at, r.actor] AS step
    UNION ALL
    WITH near, insiders, degree WHERE degree > size(insiders)
    UNWIND insiders AS other
    MATCH (near)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]->(other)
    WHERE r.known_from <= $position AND $position < r.known_to
    RETURN [type(r), r.target_urn, r.known_from, r.recorded_at, r.actor] AS step
  } AS steps,
  COUNT {
    MATCH (near)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]->()
    WHERE NOT type(r) IN $stopped_relations AND r.known_from <= $position AND $position < r.known_to
    WITH r LIMIT $most_counted
    RETURN r
  } AS walked,
  CASE WHEN size($stopped_relations) = 0 THEN 0 ELSE COUNT {
    MATCH (near)-[r:DERIVED_FROM|COMPUTED_FROM|TRAINED_ON|BUILT_FROM|SERVES|READS|MEASURES|EVALUATED_ON|COMPARED_WITH]->()
    WHERE type(r) IN $stopped_relations AND r.known_from <= $position AND $position < r.known_to
    WITH r LIMIT $most_counted
    RETURN r
  } END AS stopped
RETURN collect([urn, steps, walked, stopped]) AS rows
