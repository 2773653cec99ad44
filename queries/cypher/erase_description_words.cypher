// Take the keys of every description of an artifact that was stated before a position.
// takes: urn STRING, position INTEGER (log position)
// gives: nothing
// why:   they stand under the positions of the entries that seal the descriptions.
CYPHER 5
UNWIND $rows AS row
MATCH (annotation:Annotation {urn: row.urn, field: 'description'}) WHERE annotation.position < row.position
MATCH (words:DescriptionWords {position: annotation.position})
DELETE words
