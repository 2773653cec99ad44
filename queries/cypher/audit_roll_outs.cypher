// Changes of the roll-outs in a range of URNs, with every column.
// takes: after STRING (URN, exclusive), last STRING (URN, inclusive)
// gives: deployment STRING, change STRING, at INTEGER, known_from INTEGER, known_to INTEGER, slot STRING, namespace STRING, mode STRING, traffic FLOAT
CYPHER 5
MATCH (change:RollOutChange) WHERE $after < change.deployment <= $last
WITH change.deployment AS deployment,
  change.change AS change,
  change.at AS at,
  change.known_from AS known_from,
  change.known_to AS known_to,
  change.slot AS slot,
  change.namespace AS namespace,
  change.mode AS mode,
  change.traffic AS traffic
RETURN collect([deployment, change, at, known_from, known_to, slot, namespace, mode, traffic]) AS rows
