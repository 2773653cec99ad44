-- One band of an exposure: what was made directly from some artifacts, nearest URNs first, with the steps to those.
-- takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER, most_steps INTEGER
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
-- why:   asked band by band when an exposure is longer than its limit, so that what is nearest is kept. A step's other URN is one of `of`:
--        every step comes once, whichever artifact it belongs to, and no hub's steps come in one piece. `0 +` as in chain.sql.
WITH band (id, urn) AS (
  SELECT DISTINCT found.id, found.urn
  FROM artifact AS near
  JOIN relation AS r ON r.target = near.id
  JOIN artifact AS found ON found.id = r.source
  WHERE near.urn IN (SELECT value FROM json_each(:of))
    AND r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS')
    AND r.known_from <= :position AND :position < r.known_to
    AND found.kind <> 'kpi_window'
    AND NOT (found.exists_from > :existing_at AND found.declared_from <= :position AND :position < found.declared_to)
  ORDER BY found.urn LIMIT 0 + :limit
)
SELECT artifact.urn, artifact.kind, artifact.window, artifact.referred_at, artifact.referred_on, artifact.first_declared, artifact.declared_from, artifact.declared_to, artifact.declared_on, artifact.exists_from, artifact.actor, artifact.content, artifact.fields, artifact.told_by,
  (SELECT json_group_array(json_array(relation, urn, known_from, recorded_at, actor)) FROM (
   SELECT r.relation, other.urn, r.known_from, r.recorded_at, r.actor
   FROM relation AS r JOIN artifact AS other ON other.id = r.target
   WHERE r.source = artifact.id AND r.known_from <= :position AND :position < r.known_to
     AND r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS')
     AND other.urn IN (SELECT value FROM json_each(:of))
   ORDER BY other.urn LIMIT 0 + :most_steps)
  ) AS steps
FROM band CROSS JOIN artifact ON artifact.id = band.id
ORDER BY artifact.urn
