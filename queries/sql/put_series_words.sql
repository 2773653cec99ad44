-- Keep the keys that a series is found by, once.
-- takes: series STRING (URN), position INTEGER (log position), words STRING (keys)
-- gives: nothing
-- why:   they stand under the id of the series' first artifact, which was stored before.
INSERT INTO series_words (rowid, words)
SELECT id, :words FROM artifact
WHERE id = (SELECT min(id) FROM artifact WHERE series = :series) AND referred_at <= :position
  AND NOT EXISTS (SELECT 1 FROM series_words WHERE rowid = artifact.id)
