// Make sure an artifact exists, at least as a stub; one that exists stays as it is.
// takes: urn STRING, kind STRING, namespace STRING, series STRING, version STRING, window STRING (URN without revision), position INTEGER, recorded_at INTEGER (µs since 1970, UTC)
// gives: nothing
// why:   4611686018427387904 is OPEN_END (never declared yet), -4611686018427387904 is BEGINNING (it existed always). `mentioned` says where
//        it was named before it was declared: declare_artifact removes it from what is declared at once.
CYPHER 5
UNWIND $rows AS row
MERGE (artifact:Artifact {urn: row.urn})
ON CREATE SET
  artifact.kind = row.kind, artifact.namespace = row.namespace, artifact.series = row.series,
  artifact.version = row.version, artifact.window = row.window,
  artifact.referred_at = row.position, artifact.mentioned = row.position, artifact.referred_on = row.recorded_at,
  artifact.first_declared = 4611686018427387904, artifact.declared_from = 4611686018427387904,
  artifact.declared_to = 4611686018427387904, artifact.declared_on = 0, artifact.exists_from = -4611686018427387904,
  artifact.actor = '', artifact.content = '', artifact.fields = '', artifact.told_by = ''
