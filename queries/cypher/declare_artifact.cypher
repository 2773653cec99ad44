// Declare an artifact that was referred to before.
// takes: urn STRING, position INTEGER, recorded_at INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON)
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MATCH (artifact:Artifact {urn: row.urn})
SET
  artifact.mentioned = CASE WHEN artifact.mentioned < row.position THEN artifact.mentioned END,
  artifact.first_declared =
    CASE WHEN artifact.first_declared < row.position THEN artifact.first_declared ELSE row.position END,
  artifact.declared_from = row.position, artifact.declared_to = 4611686018427387904,
  artifact.declared_on = row.recorded_at, artifact.exists_from = row.exists_from, artifact.actor = row.actor,
  artifact.content = row.content, artifact.fields = row.fields, artifact.told_by = row.told_by
