// Keep the keys that a series is found by, once.
// takes: series STRING (URN), position INTEGER (log position), words STRING (keys)
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MERGE (named:SeriesWords {series: row.series})
ON CREATE SET named.position = row.position, named.words = row.words
