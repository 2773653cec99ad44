// The last entry that erased something, and up to which entry what was erased is out of the engine's files; -1 for none.
// takes: nothing
// gives: erased INTEGER (log position), purged INTEGER (log position)
// why:   every answer that is kept is held against this: it reads the end of one index.
CYPHER 5
OPTIONAL MATCH (purged:Purged {name: 'log'})
CALL () {
  MATCH (erasure:Erasure) WHERE erasure.position >= 0
  WITH erasure.position AS position ORDER BY position DESC LIMIT 1
  RETURN max(position) AS position
}
WITH coalesce(position, -1) AS erased, coalesce(purged.position, -1) AS purged
RETURN collect([erased, purged]) AS rows
