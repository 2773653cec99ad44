-- What there is of the schema.
-- takes: nothing
-- gives: name STRING
-- why:   a database of another program is told by what is in it before anything is created.
SELECT name FROM sqlite_master
