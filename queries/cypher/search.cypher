// Series whose keys fit an expression, of some kinds, that were named up to a position; shortest first.
// takes: expression STRING (keys, AND, OR, parentheses, *), kinds LIST<STRING>, position INTEGER (log position), limit INTEGER
// gives: series STRING (URN)
// why:   ranks are given by the caller, the same for every engine; the shortest names hold least beside what was asked for.
CYPHER 5
CALL db.index.fulltext.queryNodes('series_words', $expression) YIELD node
WHERE node.position <= $position AND split(node.series, ':')[0] IN $kinds
WITH node.series AS series ORDER BY size(series), series LIMIT $limit
RETURN collect([series]) AS rows
