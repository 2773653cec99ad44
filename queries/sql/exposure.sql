-- Everything that was made from some artifacts, as of two clocks, each once, with the steps that lead to it.
-- takes: of LIST<STRING>, existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER, most_steps INTEGER
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
-- why:   windows measure and are made into nothing, so they are not walked into: they would use up the limit. The URNs of windows come
--        after those of features, so `before` leaves them out of the index. UNION visits each artifact once; no order: the search stops
--        at the limit, and does not walk from what has more steps than that, as in chain.sql. A step's other URN is the artifact that was
--        made from this one. The caller walks the steps again with exact rows, because a later declaration may hide an earlier one here.
--        `0 +` as in chain.sql.
WITH RECURSIVE made (name, before) AS (VALUES ('DERIVED_FROM', '~'), ('COMPUTED_FROM', 'kpi_window:'), ('TRAINED_ON', '~'), ('BUILT_FROM', '~'), ('SERVES', '~'), ('READS', '~')),
reached (id, goes_on) AS (
  SELECT artifact.id, ((SELECT 1 FROM relation AS r WHERE r.target = artifact.id LIMIT 1 OFFSET 0 + :limit) IS NULL OR
    (SELECT 1 FROM made CROSS JOIN relation AS r ON r.target = artifact.id AND r.relation = made.name AND r.source_urn < made.before
     WHERE r.known_from <= :position AND :position < r.known_to LIMIT 1 OFFSET 0 + :limit) IS NULL)
  FROM artifact WHERE urn IN (SELECT value FROM json_each(:of))
  UNION
  SELECT found.id, ((SELECT 1 FROM relation AS r WHERE r.target = found.id LIMIT 1 OFFSET 0 + :limit) IS NULL OR
    (SELECT 1 FROM made CROSS JOIN relation AS r ON r.target = found.id AND r.relation = made.name AND r.source_urn < made.before
     WHERE r.known_from <= :position AND :position < r.known_to LIMIT 1 OFFSET 0 + :limit) IS NULL)
  FROM reached
  CROSS JOIN made
  CROSS JOIN relation AS r ON r.target = reached.id AND r.relation = made.name AND r.source_urn < made.before
  CROSS JOIN artifact AS found ON found.id = r.source
  WHERE reached.goes_on AND r.known_from <= :position AND :position < r.known_to
    AND NOT (found.exists_from > :existing_at AND found.declared_from <= :position AND :position < found.declared_to)
  LIMIT 0 + :limit
)
SELECT artifact.urn, artifact.kind, artifact.window, artifact.referred_at, artifact.referred_on, artifact.first_declared, artifact.declared_from, artifact.declared_to, artifact.declared_on, artifact.exists_from, artifact.actor, artifact.content, artifact.fields, artifact.told_by,
  (SELECT json_group_array(json_array(relation, source_urn, known_from, recorded_at, actor)) FROM (
   SELECT r.relation, r.source_urn, r.known_from, r.recorded_at, r.actor
   FROM made CROSS JOIN relation AS r ON r.target = artifact.id AND r.relation = made.name AND r.source_urn < made.before
   WHERE r.known_from <= :position AND :position < r.known_to
   LIMIT 0 + :most_steps)
  ) AS steps
FROM reached CROSS JOIN artifact ON artifact.id = reached.id
