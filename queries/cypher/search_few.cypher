// Series whose keys fit an expression, in no order; all of them when there are fewer than the limit.
// takes: expression STRING (keys, AND, OR, parentheses, *), limit INTEGER
// gives: series STRING (URN), position INTEGER (log position it was first named at)
CYPHER 5
CALL db.index.fulltext.queryNodes('series_words', $expression, {limit: $limit}) YIELD node
WITH node.series AS series, node.position AS position
RETURN collect([series, position]) AS rows
