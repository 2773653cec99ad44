// End what is known of a roll-out for one kind of change between two instants, both inclusive.
// takes: deployment STRING, change STRING (STATE or END), first_at INTEGER (µs since 1970, UTC), last_at INTEGER (µs since 1970, UTC), position INTEGER
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MATCH (change:RollOutChange {deployment: row.deployment})
WHERE change.change = row.change AND row.first_at <= change.at <= row.last_at
  AND change.known_to = 4611686018427387904 AND change.known_from < row.position
SET change.known_to = row.position
