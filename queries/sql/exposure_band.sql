-- One band of an exposure: what was made directly from some artifacts, deployments first, then by URN, with the steps to those.
-- takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER, most_steps INTEGER
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
-- why:   asked band by band when an exposure is longer than its limit. What an exposure is about comes first: deployments, then what they
--        are made of. The steps of what has very many are read in the order of the index and no further than the limit, as in
--        chain_band.sql. A step's other URN is one of `of`: every step comes once, whichever artifact it belongs to, and no hub's steps
--        come in one piece; of what rests on more than a thousand things those are looked up one by one. `0 +` as in chain.sql.
WITH made (name, before) AS (VALUES ('DERIVED_FROM', '~'), ('COMPUTED_FROM', 'kpi_window:'), ('TRAINED_ON', '~'), ('BUILT_FROM', '~'), ('SERVES', '~'), ('READS', '~')),
starts (id, wide) AS MATERIALIZED (
  SELECT id, (SELECT 1 FROM relation AS r WHERE r.target = artifact.id LIMIT 1 OFFSET 0 + :limit) IS NOT NULL
  FROM artifact WHERE urn IN (SELECT value FROM json_each(:of))
),
beyond (id) AS (
  SELECT r.source FROM starts
  CROSS JOIN made
  CROSS JOIN relation AS r ON r.target = starts.id AND r.relation = made.name AND r.source_urn < made.before
  CROSS JOIN artifact AS found ON found.id = r.source
  WHERE NOT starts.wide AND r.known_from <= :position AND :position < r.known_to
    AND NOT (found.exists_from > :existing_at AND found.declared_from <= :position AND :position < found.declared_to)
  UNION
  SELECT found.id FROM starts
  CROSS JOIN made
  CROSS JOIN artifact AS found ON found.id IN (
    SELECT r.source FROM relation AS r CROSS JOIN artifact AS existing ON existing.id = r.source
    WHERE r.target = starts.id AND r.relation = made.name AND r.source_urn < made.before AND r.known_from <= :position AND :position < r.known_to
      AND NOT (existing.exists_from > :existing_at AND existing.declared_from <= :position AND :position < existing.declared_to)
    ORDER BY r.source_urn LIMIT 0 + :limit)
  WHERE starts.wide
),
band (id, place) AS (
  SELECT beyond.id, instr('deployment model      feature    dataset', named.kind) AS place
  FROM beyond CROSS JOIN artifact AS named ON named.id = beyond.id
  ORDER BY place, named.urn LIMIT 0 + :limit
)
SELECT artifact.urn, artifact.kind, artifact.window, artifact.referred_at, artifact.referred_on, artifact.first_declared, artifact.declared_from, artifact.declared_to, artifact.declared_on, artifact.exists_from, artifact.actor, artifact.content, artifact.fields, artifact.told_by,
  (SELECT json_group_array(json_array(relation, target_urn, known_from, recorded_at, actor)) FROM (
   SELECT r.relation, r.target_urn, r.known_from, r.recorded_at, r.actor FROM relation AS r
   WHERE r.source = artifact.id AND (SELECT 1 FROM relation AS s WHERE s.source = artifact.id LIMIT 1 OFFSET 1000) IS NULL
     AND r.known_from <= :position AND :position < r.known_to AND +r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS')
     AND +r.target_urn IN (SELECT value FROM json_each(:of))
   UNION ALL
   SELECT r.relation, r.target_urn, r.known_from, r.recorded_at, r.actor
   FROM made CROSS JOIN json_each(:of) AS wanted
   CROSS JOIN relation AS r ON r.source = artifact.id AND r.relation = made.name AND r.target_urn = wanted.value
   WHERE (SELECT 1 FROM relation AS s WHERE s.source = artifact.id LIMIT 1 OFFSET 1000) IS NOT NULL AND r.known_from <= :position AND :position < r.known_to
   ORDER BY 2 LIMIT 0 + :most_steps)
  ) AS steps
FROM band CROSS JOIN artifact ON artifact.id = band.id
ORDER BY band.place, artifact.urn
