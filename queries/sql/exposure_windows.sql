-- The KPI windows that measure some artifacts, every revision, by what they measure and by URN.
-- takes: of LIST<STRING>, position INTEGER (log position), limit INTEGER
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
-- why:   one lookup for all that is touched; of each the first by URN, and no more than the limit is read. `0 +` as in chain.sql.
WITH measuring (measured, id, known_from, recorded_at, actor) AS (
  SELECT measured.urn, r.source, r.known_from, r.recorded_at, r.actor
  FROM artifact AS measured
  CROSS JOIN artifact AS reading ON reading.id IN (
    SELECT r.source FROM relation AS r
    WHERE r.target = measured.id AND r.relation = 'MEASURES' AND r.known_from <= :position AND :position < r.known_to
    ORDER BY r.source_urn LIMIT 0 + :limit)
  CROSS JOIN relation AS r ON r.source = reading.id AND r.relation = 'MEASURES' AND r.target_urn = measured.urn
  WHERE measured.urn IN (SELECT value FROM json_each(:of)) AND r.known_from <= :position AND :position < r.known_to
  ORDER BY measured.urn, reading.urn LIMIT 0 + :limit
)
SELECT artifact.urn, artifact.kind, artifact.window, artifact.referred_at, artifact.referred_on, artifact.first_declared, artifact.declared_from, artifact.declared_to, artifact.declared_on, artifact.exists_from, artifact.actor, artifact.content, artifact.fields, artifact.told_by,
  json_array(json_array('MEASURES', measuring.measured, measuring.known_from, measuring.recorded_at, measuring.actor)) AS steps
FROM measuring CROSS JOIN artifact ON artifact.id = measuring.id
ORDER BY measuring.measured, artifact.urn
