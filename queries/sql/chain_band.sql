-- One band of a chain: the artifacts that some artifacts rest on directly, nearest URNs first, with their own steps.
-- takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER, most_steps INTEGER,
--        stopped_relations LIST<STRING>
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
-- why:   asked band by band from the roots when a chain is longer than its limit, or its depth is bounded. What is in `of` already
--        may come again: the caller knows what it has. The steps of what has more than the limit are read from the index in the order
--        of the URNs at their other end, relation by relation, and no further than the limit: IN, because SQLite lets nothing else
--        after FROM depend on the row before. `+` and `0 +` as in chain.sql.
WITH starts (id, wide) AS MATERIALIZED (
  SELECT id, (SELECT 1 FROM relation AS r WHERE r.source = artifact.id LIMIT 1 OFFSET 0 + :limit) IS NOT NULL
  FROM artifact WHERE urn IN (SELECT value FROM json_each(:of))
),
beyond (id) AS (
  SELECT r.target FROM starts
  CROSS JOIN relation AS r ON r.source = starts.id
  CROSS JOIN artifact AS found ON found.id = r.target
  WHERE NOT starts.wide
    AND +r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS', 'MEASURES', 'EVALUATED_ON', 'COMPARED_WITH')
    AND (:stopped_relations = '[]' OR r.relation NOT IN (SELECT value FROM json_each(:stopped_relations)))
    AND r.known_from <= :position AND :position < r.known_to
    AND NOT (found.exists_from > :existing_at AND found.declared_from <= :position AND :position < found.declared_to)
  UNION
  SELECT found.id FROM starts
  CROSS JOIN (VALUES ('DERIVED_FROM'), ('COMPUTED_FROM'), ('TRAINED_ON'), ('BUILT_FROM'), ('SERVES'), ('READS'), ('MEASURES'), ('EVALUATED_ON'), ('COMPARED_WITH')) AS walked
  CROSS JOIN artifact AS found ON found.id IN (
    SELECT r.target FROM relation AS r CROSS JOIN artifact AS existing ON existing.id = r.target
    WHERE r.source = starts.id AND r.relation = walked.column1 AND r.known_from <= :position AND :position < r.known_to
      AND NOT (existing.exists_from > :existing_at AND existing.declared_from <= :position AND :position < existing.declared_to)
    ORDER BY r.target_urn LIMIT 0 + :limit)
  WHERE starts.wide AND (:stopped_relations = '[]' OR walked.column1 NOT IN (SELECT value FROM json_each(:stopped_relations)))
),
band (id) AS (
  SELECT beyond.id FROM beyond CROSS JOIN artifact AS named ON named.id = beyond.id ORDER BY named.urn LIMIT 0 + :limit
)
SELECT artifact.urn, artifact.kind, artifact.window, artifact.referred_at, artifact.referred_on, artifact.first_declared, artifact.declared_from, artifact.declared_to, artifact.declared_on, artifact.exists_from, artifact.actor, artifact.content, artifact.fields, artifact.told_by,
  (SELECT json_group_array(json_array(relation, target_urn, known_from, recorded_at, actor)) FROM (
   SELECT r.relation, r.target_urn, r.known_from, r.recorded_at, r.actor FROM relation AS r
   WHERE r.source = artifact.id AND r.known_from <= :position AND :position < r.known_to
     AND +r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS', 'MEASURES', 'EVALUATED_ON', 'COMPARED_WITH')
   LIMIT 0 + :most_steps)
  ) AS steps
FROM band CROSS JOIN artifact ON artifact.id = band.id
ORDER BY artifact.urn
