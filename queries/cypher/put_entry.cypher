// Append one entry to the log.
// takes: position INTEGER, recorded_at INTEGER (µs since 1970, UTC), actor STRING, command STRING, command_digest STRING, item STRING, event_type STRING, subject STRING, outcome STRING, leaf STRING (hexadecimal), body STRING (JCS)
// gives: nothing
// why:   `namespace` is that of the subject, `kind:namespace/name@version`: a timeline of a namespace is read by it.
CYPHER 5
UNWIND $rows AS row
CREATE (:Entry {
  position: row.position, recorded_at: row.recorded_at, actor: row.actor, command: row.command,
  command_digest: row.command_digest, item: row.item, event_type: row.event_type, subject: row.subject,
  outcome: row.outcome, leaf: row.leaf, body: row.body,
  namespace: split(split(row.subject, ':')[1], '/')[0]
})
