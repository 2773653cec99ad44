// Record a state of a roll-out from an instant on, or its stated end.
// takes: deployment STRING, slot STRING, namespace STRING, change STRING (STATE or END), at INTEGER (µs since 1970, UTC), mode STRING, traffic FLOAT, position INTEGER
// gives: nothing
CYPHER 5
UNWIND $rows AS row
CREATE (:RollOutChange {
  slot: row.slot, deployment: row.deployment, change: row.change, at: row.at, known_from: row.position,
  known_to: 4611686018427387904, namespace: row.namespace, mode: row.mode, traffic: row.traffic
})
