// Every stated state and end of the roll-outs of some slots, as known at a position.
// takes: slots LIST<STRING>, position INTEGER (log position)
// gives: slot STRING, deployment STRING, change STRING (STATE or END), at INTEGER (µs since 1970, UTC), mode STRING, traffic FLOAT
CYPHER 5
MATCH (change:RollOutChange)
WHERE change.slot IN $slots AND change.known_from <= $position AND $position < change.known_to
WITH change.slot AS slot, change.deployment AS deployment, change.change AS change, change.at AS at, change.mode AS mode,
  change.traffic AS traffic
RETURN collect([slot, deployment, change, at, mode, traffic]) AS rows
