// Series whose keys fit an expression, of some kinds, that were named up to a position; newest first.
// takes: expression STRING (keys, AND, OR, parentheses, *), kinds LIST<STRING>, position INTEGER (log position), limit INTEGER
// gives: series STRING (URN), position INTEGER (log position it was first named at)
// why:   ranks are given by the caller, the same for every engine; among equals the newest count most.
CYPHER 5
CALL db.index.fulltext.queryNodes('series_words', $expression) YIELD node
WHERE node.position <= $position AND split(node.series, ':')[0] IN $kinds
WITH node.series AS series, node.position AS position ORDER BY position DESC, series LIMIT $limit
RETURN collect([series, position]) AS rows
