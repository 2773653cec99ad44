-- Words of names, of letters alone, that have a key and hold a text; in order, at most so many for each key.
-- takes: keys LIST<STRING>, holding LIST<STRING> (text in lower case, '' for any), limit INTEGER (for each key)
-- gives: part INTEGER (place of the key in the list, from 0), word STRING
SELECT wanted.key AS part, name_key.word FROM json_each(:keys) AS wanted
CROSS JOIN json_each(:holding) AS holding ON holding.key = wanted.key
CROSS JOIN name_key ON name_key.key = wanted.value AND name_key.word IN (
  SELECT word FROM name_key AS known WHERE known.key = wanted.value AND instr(known.word, holding.value) > 0
  ORDER BY word LIMIT :limit
)
