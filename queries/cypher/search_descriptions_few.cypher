// Positions of entries that seal a description with keys that fit an expression, in no order; all of them when there are fewer than the limit.
// takes: expression STRING (keys, AND, OR, parentheses, *), limit INTEGER
// gives: position INTEGER (log position)
CYPHER 5
CALL db.index.fulltext.queryNodes('description_words', $expression, {limit: $limit}) YIELD node
WITH node.position AS position
RETURN collect([position]) AS rows
