-- The roots of a chain, each with its own steps.
-- takes: of LIST<STRING>, position INTEGER (log position), most_steps INTEGER
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON), steps LIST (relation, other URN, log position, µs since 1970 UTC, actor)
-- why:   where a walk in bands begins, when the whole chain was not asked for before. `+` and `0 +` as in chain.sql.
SELECT artifact.urn, artifact.kind, artifact.window, artifact.referred_at, artifact.referred_on, artifact.first_declared, artifact.declared_from, artifact.declared_to, artifact.declared_on, artifact.exists_from, artifact.actor, artifact.content, artifact.fields, artifact.told_by,
  (SELECT json_group_array(json_array(relation, target_urn, known_from, recorded_at, actor)) FROM (
   SELECT r.relation, r.target_urn, r.known_from, r.recorded_at, r.actor FROM relation AS r
   WHERE r.source = artifact.id AND r.known_from <= :position AND :position < r.known_to
     AND +r.relation IN ('DERIVED_FROM', 'COMPUTED_FROM', 'TRAINED_ON', 'BUILT_FROM', 'SERVES', 'READS', 'MEASURES', 'EVALUATED_ON', 'COMPARED_WITH')
   LIMIT 0 + :most_steps)
  ) AS steps
FROM artifact WHERE urn IN (SELECT value FROM json_each(:of))
