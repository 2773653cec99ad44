// Words of names, of letters alone, that have a key and hold a text; in order, at most so many for each key.
// takes: keys LIST<STRING>, holding LIST<STRING> (text in lower case, '' for any), limit INTEGER (for each key)
// gives: part INTEGER (place of the key in the list, from 0), word STRING
CYPHER 5
UNWIND range(0, size($keys) - 1) AS part
CALL (part) {
  MATCH (known:NameKey)
  WHERE known.key = $keys[part] AND known.word IS NOT NULL AND known.word CONTAINS $holding[part]
  RETURN known.word AS word ORDER BY word LIMIT $limit
}
RETURN collect([part, word]) AS rows
