-- Every known version of some KPIs' definitions, or of all, as known at a position.
-- takes: names LIST<STRING> (none for all), position INTEGER (log position)
-- gives: name STRING, version STRING, applies_from INTEGER (µs since 1970, UTC), content STRING (digest), fields STRING (JSON), known_from INTEGER (log position), recorded_at INTEGER (µs since 1970, UTC)
SELECT name, version, applies_from, content, fields, known_from, recorded_at FROM definition
WHERE (:names = '[]' OR name IN (SELECT value FROM json_each(:names))) AND known_from <= :position AND :position < known_to
ORDER BY name, version
