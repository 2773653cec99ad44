-- Every hash of the log's tree that is kept beside the entries.
-- takes: nothing
-- gives: level INTEGER, number INTEGER, hash STRING
SELECT level, number, hash FROM tile_hash
