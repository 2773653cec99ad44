// Every hash of the log's tree that is kept beside the entries.
// takes: nothing
// gives: level INTEGER, number INTEGER, hash STRING
CYPHER 5
MATCH (kept:TileHash)
WITH kept.level AS level,
  kept.number AS number,
  kept.hash AS hash
RETURN collect([level, number, hash]) AS rows
