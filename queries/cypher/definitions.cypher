// Every known version of some KPIs' definitions, or of all, as known at a position.
// takes: names LIST<STRING> (none for all), position INTEGER (log position)
// gives: name STRING, version STRING, applies_from INTEGER (µs since 1970, UTC), content STRING (digest), fields STRING (JSON), known_from INTEGER (log position), recorded_at INTEGER (µs since 1970, UTC)
// why:   a predicate on every column lets the planner use the index it is told to; an OR of both branches would not.
CYPHER 5
CALL () {
  MATCH (definition:Definition) USING INDEX definition:Definition(name, version, known_from)
  WHERE definition.name IN $names AND definition.version IS NOT NULL AND definition.known_from <= $position
  RETURN definition
  UNION ALL
  WITH $names AS names WHERE size(names) = 0
  MATCH (definition:Definition) WHERE definition.known_from <= $position
  RETURN definition
}
WITH definition WHERE $position < definition.known_to
WITH definition.name AS name, definition.version AS version, definition.applies_from AS applies_from,
  definition.content AS content, definition.fields AS fields, definition.known_from AS known_from,
  definition.recorded_at AS recorded_at
ORDER BY name, version
RETURN collect([name, version, applies_from, content, fields, known_from, recorded_at]) AS rows
