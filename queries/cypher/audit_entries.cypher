// Entries of the log from one position to another, both inclusive, with every column, in order.
// takes: first INTEGER (log position), last INTEGER (log position)
// gives: position INTEGER, recorded_at INTEGER, actor STRING, command STRING, command_digest STRING, item STRING, event_type STRING, subject STRING, outcome STRING, leaf STRING, body STRING
CYPHER 5
MATCH (entry:Entry) WHERE $first <= entry.position <= $last
WITH entry.position AS position,
  entry.recorded_at AS recorded_at,
  entry.actor AS actor,
  entry.command AS command,
  entry.command_digest AS command_digest,
  entry.item AS item,
  entry.event_type AS event_type,
  entry.subject AS subject,
  entry.outcome AS outcome,
  entry.leaf AS leaf,
  entry.body AS body
ORDER BY position
RETURN collect([position, recorded_at, actor, command, command_digest, item, event_type, subject,
  outcome, leaf, body]) AS rows
