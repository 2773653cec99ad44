// The head of the log: size, root and frontier of its tree, and the time of its last entry.
// takes: nothing
// gives: format INTEGER, size INTEGER, root STRING, frontier STRING (JSON list of hexadecimal hashes), recorded_at INTEGER (µs since 1970, UTC), simulated INTEGER (entries), origin STRING, key_text STRING
// why:   schema.cypher makes the node that writers lock; it is no head before the first entry.
CYPHER 5
MATCH (head:LogHead {name: 'log'}) WHERE head.size > 0
WITH head.format AS format, head.size AS size, head.root AS root, head.frontier AS frontier,
  head.recorded_at AS recorded_at, head.simulated AS simulated, head.origin AS origin, head.key_text AS key_text
RETURN collect([format, size, root, frontier, recorded_at, simulated, origin, key_text]) AS rows
