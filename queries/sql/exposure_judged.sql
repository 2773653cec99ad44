-- The models and KPI windows that were judged on some datasets and windows, by URN, with what they were judged on and measure.
-- takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
-- why:   one walk over all that is bad, because a window may be compared with a window that was. In order, so that the same ones come when
--        there are too many. CROSS JOIN, because to have that order SQLite would rather read the whole index of URNs.
WITH RECURSIVE judged (id) AS (
  SELECT id FROM artifact WHERE urn IN (SELECT value FROM json_each(:of))
  UNION
  SELECT r.source
  FROM judged
  JOIN relation AS r ON r.target = judged.id
  JOIN artifact AS found ON found.id = r.source
  WHERE r.relation IN ('EVALUATED_ON', 'COMPARED_WITH', 'COMPUTED_FROM')
    AND found.kind IN ('model', 'kpi_window')
    AND r.known_from <= :position AND :position < r.known_to
    AND NOT (found.exists_from > :existing_at AND found.declared_from <= :position AND :position < found.declared_to)
),
kept (id) AS (
  SELECT judged.id FROM judged CROSS JOIN artifact AS named ON named.id = judged.id
  WHERE named.urn NOT IN (SELECT value FROM json_each(:of))
  ORDER BY named.urn LIMIT 0 + :limit
)
SELECT artifact.urn, artifact.kind, artifact.window, artifact.referred_at, artifact.referred_on, artifact.first_declared, artifact.declared_from, artifact.declared_to, artifact.declared_on, artifact.exists_from, artifact.actor, artifact.content, artifact.fields, artifact.told_by,
  (SELECT json_group_array(json_array(r.relation, other.urn, r.known_from, r.recorded_at, r.actor))
   FROM relation AS r JOIN artifact AS other ON other.id = r.target
   WHERE r.source = artifact.id AND r.known_from <= :position AND :position < r.known_to
     AND (r.relation = 'MEASURES' OR r.relation IN ('EVALUATED_ON', 'COMPARED_WITH', 'COMPUTED_FROM'))
  ) AS steps
FROM kept CROSS JOIN artifact ON artifact.id = kept.id
ORDER BY artifact.urn
