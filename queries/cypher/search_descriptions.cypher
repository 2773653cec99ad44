// Artifacts of some kinds whose newest description at a position has keys that fit an expression; newest first.
// takes: expression STRING (keys, AND, OR, parentheses, *), kinds LIST<STRING>, position INTEGER (log position), limit INTEGER
// gives: urn STRING
// why:   keys stand under the position of the entry that seals the description, and that entry names the artifact.
CYPHER 5
CALL db.index.fulltext.queryNodes('description_words', $expression) YIELD node
WITH node.position AS position WHERE position <= $position
MATCH (entry:Entry {position: position})
WHERE split(entry.subject, ':')[0] IN $kinds AND NOT EXISTS {
  MATCH (later:Annotation {urn: entry.subject, field: 'description'})
  WHERE later.position > position AND later.position <= $position
}
WITH entry.subject AS urn, position ORDER BY position DESC LIMIT $limit
WITH urn
RETURN collect([urn]) AS rows
