// Keep up to which position what was erased has been taken out of the engine's files.
// takes: position INTEGER (log position)
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MERGE (purged:Purged {name: 'log'})
SET purged.position = row.position
