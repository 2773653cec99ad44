-- Positions of entries that seal a description with keys that fit an expression, in no order; all of them when there are fewer than the limit.
-- takes: expression STRING (keys, AND, OR, parentheses, *), limit INTEGER
-- gives: position INTEGER (log position)
SELECT rowid AS position FROM description_words WHERE description_words MATCH :expression LIMIT :limit
