-- Keep the keys that a series is found by, once.
-- takes: series STRING (URN), position INTEGER (log position), words STRING (keys)
-- gives: nothing
-- why:   they stand under the id of the series' first artifact, which was stored before: the series is new when that one was first named
--        at this very position.
INSERT INTO series_words (rowid, words)
SELECT id, :words FROM artifact
WHERE id = (SELECT min(id) FROM artifact WHERE series = :series) AND referred_at = :position
