// Relations of the artifacts in a range of URNs, with every column.
// takes: after STRING (URN, exclusive), last STRING (URN, inclusive)
// gives: source STRING, relation STRING, target STRING, known_from INTEGER, known_to INTEGER, recorded_at INTEGER, actor STRING, source_urn STRING, target_urn STRING
// why:   source and target are the ends themselves, source_urn and target_urn what the relation says of them.
CYPHER 5
MATCH (source:Artifact) WHERE $after < source.urn <= $last
MATCH (source)-[r]->(target)
WITH source.urn AS source,
  type(r) AS relation,
  target.urn AS target,
  r.known_from AS known_from,
  r.known_to AS known_to,
  r.recorded_at AS recorded_at,
  r.actor AS actor,
  r.source_urn AS source_urn,
  r.target_urn AS target_urn
RETURN collect([source, relation, target, known_from, known_to, recorded_at, actor, source_urn,
  target_urn]) AS rows
