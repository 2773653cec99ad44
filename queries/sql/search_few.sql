-- Series whose keys fit an expression, in no order; all of them when there are fewer than the limit.
-- takes: expression STRING (keys, AND, OR, parentheses, *), limit INTEGER
-- gives: series STRING (URN), position INTEGER (log position it was first named at)
SELECT artifact.series, artifact.referred_at AS position FROM series_words
CROSS JOIN artifact ON artifact.id = series_words.rowid
WHERE series_words MATCH :expression LIMIT :limit
