-- Take the keys of every description of an artifact that was stated before a position.
-- takes: urn STRING, position INTEGER (log position)
-- gives: nothing
-- why:   they stand under the positions of the entries that seal the descriptions.
DELETE FROM description_words WHERE rowid IN (
  SELECT position FROM annotation WHERE urn = :urn AND field = 'description' AND position < :position
)
