// How many rows there are, whether or not anything leads to them.
// takes: nothing
// gives: stored STRING, number INTEGER
// why:   counted first, so that none counts as 0: grouped by a name, nothing would be no row.
CYPHER 5
CALL () {
  MATCH ()-[r]->() WITH count(r) AS number RETURN 'relation' AS stored, number
  UNION ALL MATCH (n:Artifact) WITH count(n) AS number RETURN 'artifact' AS stored, number
  UNION ALL MATCH (n:Entry) WITH count(n) AS number RETURN 'entry' AS stored, number
  UNION ALL MATCH (n:RollOutChange) WITH count(n) AS number RETURN 'roll-out change' AS stored, number
  UNION ALL MATCH (n:Annotation) WITH count(n) AS number RETURN 'annotation' AS stored, number
  UNION ALL MATCH (n:Erasure) WITH count(n) AS number RETURN 'erasure' AS stored, number
}
RETURN collect([stored, number]) AS rows
