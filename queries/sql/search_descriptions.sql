-- Artifacts of some kinds whose newest description at a position has keys that fit an expression; newest first.
-- takes: expression STRING (keys, AND, OR, parentheses, *), kinds LIST<STRING>, position INTEGER (log position), limit INTEGER
-- gives: urn STRING
-- why:   keys stand under the position of the entry that seals the description, and that entry names the artifact.
SELECT entry.subject AS urn FROM description_words
CROSS JOIN entry ON entry.position = description_words.rowid
WHERE description_words MATCH :expression AND description_words.rowid <= :position
  AND substr(entry.subject, 1, instr(entry.subject, ':') - 1) IN (SELECT value FROM json_each(:kinds))
  AND NOT EXISTS (
    SELECT 1 FROM annotation AS later
    WHERE later.urn = entry.subject AND later.field = 'description'
      AND later.position > description_words.rowid AND later.position <= :position
  )
ORDER BY description_words.rowid DESC LIMIT :limit
