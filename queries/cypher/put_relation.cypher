// Record one relation between two artifacts that exist.
// takes: source STRING, relation STRING, target STRING, position INTEGER, recorded_at INTEGER (µs since 1970, UTC), actor STRING
// gives: nothing
// why:   the relation's name becomes the type of the relationship; `decide` lets only names of graph_schema through. It
//        carries the URNs of both ends: an index over both holds what rests on an artifact, and what it rests on, in order.
CYPHER 5
UNWIND $rows AS row
MATCH (source:Artifact {urn: row.source})
MATCH (target:Artifact {urn: row.target})
CREATE (source)-[:$(row.relation) {
  source_urn: row.source, target_urn: row.target,
  known_from: row.position, known_to: 4611686018427387904, recorded_at: row.recorded_at, actor: row.actor
}]->(target)
