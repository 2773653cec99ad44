-- The newest artifacts of some series that are on record at a moment and whose versions hold a text; newest first.
-- takes: series LIST<STRING> (URNs), holding LIST<STRING> (text in lower case, '' for any), existing_at INTEGER (µs since 1970, UTC), position INTEGER (log position), limit INTEGER (of each series), most INTEGER (of all)
-- gives: urn STRING, referred_at INTEGER (log position)
-- why:   ids rise with positions, so that the index of a series is read from its newest end. What was retracted stays a stub only where a
--        known relation still touches it. A later declaration may hide an earlier one: the caller looks at each again.
WITH wanted (series, holding) AS (
  SELECT s.value, h.value FROM json_each(:series) AS s JOIN json_each(:holding) AS h ON h.key = s.key
)
SELECT artifact.urn, artifact.referred_at FROM wanted
CROSS JOIN artifact ON artifact.id IN (
  SELECT id FROM artifact AS version
  WHERE version.series = wanted.series AND version.referred_at <= :position
    AND (wanted.holding = '' OR instr(lower(version.version), wanted.holding) > 0)
    AND NOT (version.exists_from > :existing_at AND version.declared_from <= :position AND :position < version.declared_to)
    AND (version.declared_to > :position OR version.first_declared > :position
         OR EXISTS (SELECT 1 FROM relation AS r WHERE r.source = version.id AND r.known_from <= :position AND :position < r.known_to)
         OR EXISTS (SELECT 1 FROM relation AS r WHERE r.target = version.id AND r.known_from <= :position AND :position < r.known_to))
  ORDER BY id DESC LIMIT :limit
)
ORDER BY artifact.referred_at DESC, artifact.urn DESC LIMIT :most
