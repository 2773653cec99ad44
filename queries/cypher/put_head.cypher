// Move the head of the log.
// takes: format INTEGER, size INTEGER, root STRING, frontier STRING, recorded_at INTEGER (µs since 1970, UTC), simulated INTEGER, origin STRING, key_text STRING
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MATCH (head:LogHead {name: 'log'})
SET head.format = row.format, head.size = row.size, head.root = row.root, head.frontier = row.frontier,
  head.recorded_at = row.recorded_at, head.simulated = row.simulated, head.origin = row.origin, head.key_text = row.key_text
