// Keep the keys that a series is found by, once, and those of its words that are new.
// takes: series STRING (URN), position INTEGER (log position), words STRING (keys), letters LIST<STRING> (words), spelled LIST<STRING> (keys of each)
// gives: nothing
// why:   a series is new when it stands under this very position. Only then are its words looked at.
CYPHER 5
UNWIND $rows AS row
MERGE (named:SeriesWords {series: row.series})
ON CREATE SET named.position = row.position, named.words = row.words
WITH row, named WHERE named.position = row.position
UNWIND range(0, size(row.letters) - 1) AS place
WITH DISTINCT row.letters[place] AS word, split(row.spelled[place], ' ') AS keys
WHERE NOT EXISTS { MATCH (:NameKey {key: keys[0], word: word}) }
UNWIND keys AS key
CREATE (:NameKey {key: key, word: word})
