-- Every artifact that rests on some artifacts, as of two clocks, each once, with the steps that lead to it.
-- takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER, most_steps INTEGER,
--        stopped_kinds LIST<STRING>, stopped_relations LIST<STRING>
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
-- why:   chain.sql with the arrows turned round; here a step's other URN is the artifact that rests on this one.
WITH RECURSIVE reached (id, goes_on) AS (
  SELECT artifact.id, (SELECT 1 FROM relation AS r WHERE r.target = artifact.id AND r.known_from <= :position AND :position < r.known_to
       AND +r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS', 'MEASURES', 'EVALUATED_ON', 'COMPARED_WITH') LIMIT 1 OFFSET 0 + :limit) IS NULL
  FROM artifact WHERE urn IN (SELECT value FROM json_each(:of))
  UNION
  SELECT found.id,
    (:stopped_kinds = '[]' OR found.kind NOT IN (SELECT value FROM json_each(:stopped_kinds))
      OR found.urn IN (SELECT value FROM json_each(:of)))
    AND (SELECT 1 FROM relation AS r WHERE r.target = found.id AND r.known_from <= :position AND :position < r.known_to
       AND +r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS', 'MEASURES', 'EVALUATED_ON', 'COMPARED_WITH') LIMIT 1 OFFSET 0 + :limit) IS NULL
  FROM reached
  JOIN relation AS r ON r.target = reached.id
  JOIN artifact AS found ON found.id = r.source
  WHERE reached.goes_on
    AND +r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS', 'MEASURES', 'EVALUATED_ON', 'COMPARED_WITH')
    AND (:stopped_relations = '[]' OR r.relation NOT IN (SELECT value FROM json_each(:stopped_relations)))
    AND r.known_from <= :position AND :position < r.known_to
    AND NOT (found.exists_from > :existing_at AND found.declared_from <= :position AND :position < found.declared_to)
  LIMIT 0 + :limit
)
SELECT artifact.urn, artifact.kind, artifact.window, artifact.referred_at, artifact.referred_on, artifact.first_declared, artifact.declared_from, artifact.declared_to, artifact.declared_on, artifact.exists_from, artifact.actor, artifact.content, artifact.fields, artifact.told_by,
  (SELECT json_group_array(json_array(relation, source_urn, known_from, recorded_at, actor)) FROM (
   SELECT r.relation, r.source_urn, r.known_from, r.recorded_at, r.actor FROM relation AS r
   WHERE r.target = artifact.id AND r.known_from <= :position AND :position < r.known_to
     AND +r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS', 'MEASURES', 'EVALUATED_ON', 'COMPARED_WITH')
   LIMIT 0 + :most_steps)
  ) AS steps
FROM reached JOIN artifact ON artifact.id = reached.id
