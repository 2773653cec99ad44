// Take the head of the log for this transaction, and read it.
// takes: nothing
// gives: format INTEGER, size INTEGER, root STRING, frontier STRING (JSON list of hexadecimal hashes), recorded_at INTEGER (µs since 1970, UTC), simulated INTEGER (entries), origin STRING, key_text STRING
// why:   SET takes the node's lock before anything is read, and keeps it until the transaction ends: one writer at a time, also for the
//        very first entry, because schema.cypher has made the node.
CYPHER 5
MATCH (head:LogHead {name: 'log'})
SET head.locked = true
WITH head WHERE head.size > 0
WITH head.format AS format, head.size AS size, head.root AS root, head.frontier AS frontier,
  head.recorded_at AS recorded_at, head.simulated AS simulated, head.origin AS origin, head.key_text AS key_text
RETURN collect([format, size, root, frontier, recorded_at, simulated, origin, key_text]) AS rows
