-- Descriptions whose keys fit an expression, in no order; all of them when there are fewer than the limit.
-- takes: expression STRING (keys, AND, OR, parentheses, *), position INTEGER (log position), limit INTEGER
-- gives: urn STRING, position INTEGER (log position of the entry that seals it), newest BOOLEAN (of the artifact, at the position asked about)
-- why:   whoever asks leaves out what is not known yet or no longer newest, and sees by the number of rows whether there may be more.
SELECT entry.subject AS urn, entry.position, NOT EXISTS (
  SELECT 1 FROM annotation AS later
  WHERE later.urn = entry.subject AND later.field = 'description'
    AND later.position > entry.position AND later.position <= :position
) AS newest
FROM (SELECT rowid AS position FROM description_words WHERE description_words MATCH :expression LIMIT :limit) AS fitting
CROSS JOIN entry ON entry.position = fitting.position
