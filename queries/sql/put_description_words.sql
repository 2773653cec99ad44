-- Keep the keys that a description is found by.
-- takes: position INTEGER (log position), words STRING (keys)
-- gives: nothing
INSERT INTO description_words (rowid, words) VALUES (:position, :words)
