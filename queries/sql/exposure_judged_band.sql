-- The models and KPI windows that were judged directly on some datasets and windows, the first by URN, with what they were judged on.
-- takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
-- why:   asked when exposure_judged gives more than may be read: the same ones then come every time, and no more of anything is read.
WITH judging (name, first) AS (VALUES ('EVALUATED_ON', ''), ('COMPARED_WITH', ''), ('COMPUTED_FROM', 'kpi_window:')),
judged (id) AS (
  SELECT DISTINCT found.id
  FROM artifact AS bad
  CROSS JOIN judging
  CROSS JOIN artifact AS found ON found.id IN (
    SELECT r.source FROM relation AS r CROSS JOIN artifact AS existing ON existing.id = r.source
    WHERE r.target = bad.id AND r.relation = judging.name AND r.source_urn >= judging.first AND r.known_from <= :position AND :position < r.known_to
      AND NOT (existing.exists_from > :existing_at AND existing.declared_from <= :position AND :position < existing.declared_to)
    ORDER BY r.source_urn LIMIT 0 + :limit)
  WHERE bad.urn IN (SELECT value FROM json_each(:of))
),
kept (id) AS (
  SELECT judged.id FROM judged CROSS JOIN artifact AS named ON named.id = judged.id
  WHERE named.urn NOT IN (SELECT value FROM json_each(:of))
  ORDER BY named.urn LIMIT 0 + :limit
)
SELECT artifact.urn, artifact.kind, artifact.window, artifact.referred_at, artifact.referred_on, artifact.first_declared, artifact.declared_from, artifact.declared_to, artifact.declared_on, artifact.exists_from, artifact.actor, artifact.content, artifact.fields, artifact.told_by,
  (SELECT json_group_array(json_array(r.relation, r.target_urn, r.known_from, r.recorded_at, r.actor)) FROM relation AS r
   WHERE r.source = artifact.id AND r.known_from <= :position AND :position < r.known_to
     AND (r.relation = 'MEASURES' OR r.relation IN ('EVALUATED_ON', 'COMPARED_WITH', 'COMPUTED_FROM'))
  ) AS steps
FROM kept CROSS JOIN artifact ON artifact.id = kept.id
ORDER BY artifact.urn
