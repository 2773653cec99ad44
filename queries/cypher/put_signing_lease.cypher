// Say which process signs the head of the log, and until when.
// takes: holder STRING, until INTEGER (µs since 1970, UTC)
// gives: nothing
CYPHER 5
UNWIND $rows AS row
MERGE (lease:SigningLease {name: 'log'})
SET lease.holder = row.holder, lease.until = row.until
