-- Relations of the artifacts in a range of URNs, with every column.
-- takes: after STRING (URN, exclusive), last STRING (URN, inclusive)
-- gives: source STRING, relation STRING, target STRING, known_from INTEGER, known_to INTEGER, recorded_at INTEGER, actor STRING, source_urn STRING, target_urn STRING
-- why:   source and target are the ends themselves, source_urn and target_urn what the relation says of them.
SELECT source.urn AS source, relation.relation AS relation, target.urn AS target, relation.known_from AS known_from,
  relation.known_to AS known_to, relation.recorded_at AS recorded_at, relation.actor AS actor,
  relation.source_urn AS source_urn, relation.target_urn AS target_urn
FROM artifact AS source
CROSS JOIN relation ON relation.source = source.id
CROSS JOIN artifact AS target ON target.id = relation.target
WHERE source.urn > :after AND source.urn <= :last
