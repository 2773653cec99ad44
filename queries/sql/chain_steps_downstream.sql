-- The steps that lead to some artifacts from among others, and how many lead to each in all by relation.
-- takes: of LIST<STRING>, within LIST<STRING>, position INTEGER (log position)
-- gives: urn STRING, steps LIST (relation, other URN, log position, µs since 1970 UTC, actor), counts LIST (relation, number)
-- why:   for what has more steps than come with the artifacts of a chain: reading each of them once is less than looking each pair up.
WITH inside (id) AS MATERIALIZED (SELECT id FROM artifact WHERE urn IN (SELECT value FROM json_each(:within)))
SELECT artifact.urn,
  (SELECT json_group_array(json_array(r.relation, other.urn, r.known_from, r.recorded_at, r.actor))
   FROM relation AS r JOIN artifact AS other ON other.id = r.source
   WHERE r.target = artifact.id AND r.source IN (SELECT id FROM inside)
     AND r.known_from <= :position AND :position < r.known_to
     AND r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS', 'MEASURES', 'EVALUATED_ON', 'COMPARED_WITH')
  ) AS steps,
  (SELECT json_group_array(json_array(relation, number)) FROM (
   SELECT r.relation, COUNT(*) AS number FROM relation AS r
   WHERE r.target = artifact.id AND r.known_from <= :position AND :position < r.known_to
     AND r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS', 'MEASURES', 'EVALUATED_ON', 'COMPARED_WITH')
   GROUP BY r.relation)
  ) AS counts
FROM artifact WHERE urn IN (SELECT value FROM json_each(:of))
