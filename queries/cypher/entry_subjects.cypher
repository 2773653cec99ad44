// Whom the entries at some log positions speak of.
// takes: positions LIST<INTEGER> (log positions)
// gives: position INTEGER (log position), subject STRING
CYPHER 5
MATCH (entry:Entry) WHERE entry.position IN $positions
WITH entry.position AS position, entry.subject AS subject
ORDER BY position
RETURN collect([position, subject]) AS rows
