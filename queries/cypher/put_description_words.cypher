// Keep the keys that a description is found by.
// takes: position INTEGER (log position), words STRING (keys)
// gives: nothing
CYPHER 5
UNWIND $rows AS row
CREATE (:DescriptionWords {position: row.position, words: row.words})
