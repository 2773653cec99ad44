// Record one version of a KPI's definition.
// takes: name STRING, version STRING, applies_from INTEGER (µs since 1970, UTC), content STRING (digest), fields STRING (JSON), position INTEGER, recorded_at INTEGER (µs since 1970, UTC)
// gives: nothing
CYPHER 5
UNWIND $rows AS row
CREATE (:Definition {
  name: row.name, version: row.version, known_from: row.position, known_to: 4611686018427387904,
  applies_from: row.applies_from, content: row.content, fields: row.fields, recorded_at: row.recorded_at
})
