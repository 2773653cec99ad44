// Which of some artifacts can be reached from which others over some relations that are known now.
// takes: starts LIST<STRING>, ends LIST<STRING>, relations LIST<STRING>
// gives: start STRING, reached STRING
// why:   one pruning walk from each start: the closure of the starts, not of the graph; 4611686018427387904 is OPEN_END. The ends are
//        picked after DISTINCT, so that the planner does not begin from both sides, which would count paths.
CYPHER 5
UNWIND $starts AS wanted
MATCH (start:Artifact {urn: wanted})
MATCH (start)
    (()-[r]->() WHERE r.known_to = 4611686018427387904 AND type(r) IN $relations)*
    (reached)
WITH DISTINCT start, reached
WHERE reached.urn IN $ends
WITH start.urn AS start, reached.urn AS reached
RETURN collect([start, reached]) AS rows
