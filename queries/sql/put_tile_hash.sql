-- Keep the hash of a subtree of the log that has become complete.
-- takes: level INTEGER, number INTEGER, hash STRING (hexadecimal)
-- gives: nothing
INSERT INTO tile_hash (level, number, hash) VALUES (:level, :number, :hash)
