-- Series whose keys fit an expression, of some kinds, that were named up to a position; newest first.
-- takes: expression STRING (keys, AND, OR, parentheses, *), kinds LIST<STRING>, position INTEGER (log position), limit INTEGER
-- gives: series STRING (URN), position INTEGER (log position it was first named at)
-- why:   ranks are given by the caller, the same for every engine; among equals the newest count most.
SELECT artifact.series, artifact.referred_at AS position FROM series_words
CROSS JOIN artifact ON artifact.id = series_words.rowid
WHERE series_words MATCH :expression AND artifact.referred_at <= :position
  AND artifact.kind IN (SELECT value FROM json_each(:kinds))
ORDER BY artifact.referred_at DESC, artifact.series LIMIT :limit
