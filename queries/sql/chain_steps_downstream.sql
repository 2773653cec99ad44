-- The steps that lead to some artifacts from among others, and how many lead to each in all.
-- takes: of LIST<STRING>, within LIST<STRING>, position INTEGER (log position), most_counted INTEGER, stopped_relations LIST<STRING>
-- gives: urn STRING, steps LIST (relation, other URN, log position, µs since 1970 UTC, actor), walked INTEGER, stopped INTEGER
-- why:   for what has more steps than come with the artifacts of a chain. What is walked and what is stopped are counted apart, each up
--        to `most_counted`. Where an artifact has many times as many steps as there are artifacts that they may lead to, pairs are
--        looked up instead of reading them all. `+` and `0 +` as in chain.sql.
WITH walked (name, stopped) AS MATERIALIZED (
  SELECT column1, column1 IN (SELECT value FROM json_each(:stopped_relations))
  FROM (VALUES ('DERIVED_FROM'), ('COMPUTED_FROM'), ('TRAINED_ON'), ('BUILT_FROM'), ('SERVES'), ('READS'), ('MEASURES'), ('EVALUATED_ON'), ('COMPARED_WITH'))
),
wide (id, urn, hub) AS MATERIALIZED (
  SELECT id, urn, (SELECT 1 FROM relation AS r WHERE r.target = artifact.id
    LIMIT 1 OFFSET (SELECT 4 * COUNT(*) FROM json_each(:within))) IS NOT NULL
  FROM artifact WHERE urn IN (SELECT value FROM json_each(:of))
)
SELECT wide.urn,
  (SELECT json_group_array(json_array(relation, source_urn, known_from, recorded_at, actor)) FROM (
   SELECT r.relation, r.source_urn, r.known_from, r.recorded_at, r.actor FROM relation AS r
   WHERE NOT wide.hub AND r.target = wide.id AND +r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS', 'MEASURES', 'EVALUATED_ON', 'COMPARED_WITH')
     AND +r.source_urn IN (SELECT value FROM json_each(:within)) AND r.known_from <= :position AND :position < r.known_to
   UNION ALL
   SELECT r.relation, r.source_urn, r.known_from, r.recorded_at, r.actor
   FROM walked CROSS JOIN json_each(:within) AS inside
   CROSS JOIN relation AS r ON r.target = wide.id AND r.relation = walked.name AND r.source_urn = inside.value
   WHERE wide.hub AND r.known_from <= :position AND :position < r.known_to)
  ) AS steps,
  (SELECT COUNT(*) FROM (
    SELECT 1 FROM walked CROSS JOIN relation AS r ON r.target = wide.id AND r.relation = walked.name
    WHERE NOT walked.stopped AND r.known_from <= :position AND :position < r.known_to LIMIT 0 + :most_counted)) AS walked,
  (SELECT COUNT(*) FROM (
    SELECT 1 FROM walked CROSS JOIN relation AS r ON r.target = wide.id AND r.relation = walked.name
    WHERE walked.stopped AND r.known_from <= :position AND :position < r.known_to LIMIT 0 + :most_counted)) AS stopped
FROM wide
