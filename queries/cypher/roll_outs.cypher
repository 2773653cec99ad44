// Every stated state and end of the roll-outs of a namespace ('' for all), as known at a position.
// takes: namespace STRING, position INTEGER (log position)
// gives: slot STRING, deployment STRING, change STRING (STATE or END), at INTEGER (µs since 1970, UTC), mode STRING, traffic FLOAT
// why:   the URN of a slot begins with its namespace, so that the index of slots is enough.
CYPHER 5
MATCH (change:RollOutChange)
WHERE change.slot STARTS WITH CASE WHEN $namespace = '' THEN 'slot:' ELSE 'slot:' + $namespace + '/' END
  AND change.known_from <= $position AND $position < change.known_to
WITH change.slot AS slot, change.deployment AS deployment, change.change AS change, change.at AS at, change.mode AS mode,
  change.traffic AS traffic
RETURN collect([slot, deployment, change, at, mode, traffic]) AS rows
