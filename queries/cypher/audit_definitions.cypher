// Every definition of a KPI, with every column.
// takes: nothing
// gives: name STRING, version STRING, known_from INTEGER, known_to INTEGER, applies_from INTEGER, content STRING, fields STRING, recorded_at INTEGER
CYPHER 5
MATCH (definition:Definition)
WITH definition.name AS name,
  definition.version AS version,
  definition.known_from AS known_from,
  definition.known_to AS known_to,
  definition.applies_from AS applies_from,
  definition.content AS content,
  definition.fields AS fields,
  definition.recorded_at AS recorded_at
RETURN collect([name, version, known_from, known_to, applies_from, content, fields, recorded_at]) AS rows
