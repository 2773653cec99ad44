// The last log position recorded at or before an instant, position 0 when there is none, and how the log began.
// takes: known_at INTEGER (µs since 1970, UTC)
// gives: position INTEGER (log position), recorded_at INTEGER (µs since 1970, UTC), simulated INTEGER (entries)
// why:   what a moment needs of the head comes with it, so that asking as of an earlier instant costs no second question. The predicate
//        on the position lets the planner read the index of both columns from its end.
CYPHER 5
CALL () {
  MATCH (entry:Entry) USING INDEX entry:Entry(recorded_at, position)
  WHERE entry.recorded_at <= $known_at AND entry.position >= 0
  RETURN entry.position AS position, entry.recorded_at AS recorded_at
  ORDER BY entry.recorded_at DESC, entry.position DESC LIMIT 1
  UNION ALL
  MATCH (genesis:Entry {position: 0})
  RETURN genesis.position AS position, genesis.recorded_at AS recorded_at
}
WITH position, recorded_at
ORDER BY position DESC LIMIT 1
MATCH (head:LogHead {name: 'log'})
WITH position, recorded_at, head.simulated AS simulated
RETURN collect([position, recorded_at, simulated]) AS rows
