// What there is of the schema.
// takes: nothing
// gives: name STRING
// why:   one statement where opening would need fifty that create nothing. An index that another process is still filling is not there yet,
//        and a constraint is there by the name of its index.
CYPHER 5
SHOW INDEXES YIELD name, state WHERE state = 'ONLINE'
RETURN collect([name]) AS rows
