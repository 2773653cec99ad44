// Descriptions whose keys fit an expression, in no order; all of them when there are fewer than the limit.
// takes: expression STRING (keys, AND, OR, parentheses, *), position INTEGER (log position), limit INTEGER
// gives: urn STRING, position INTEGER (log position of the entry that seals it), newest BOOLEAN (of the artifact, at the position asked about)
// why:   whoever asks leaves out what is not known yet or no longer newest, and sees by the number of rows whether there may be more.
CYPHER 5
CALL db.index.fulltext.queryNodes('description_words', $expression, {limit: $limit}) YIELD node
WITH node.position AS position
MATCH (entry:Entry {position: position})
WITH entry.subject AS urn, position, NOT EXISTS {
  MATCH (later:Annotation {urn: entry.subject, field: 'description'})
  WHERE later.position > position AND later.position <= $position
} AS newest
RETURN collect([urn, position, newest]) AS rows
