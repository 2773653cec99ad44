-- Series whose keys fit an expression, of some kinds, that were named up to a position; shortest first.
-- takes: expression STRING (keys, AND, OR, parentheses, *), kinds LIST<STRING>, position INTEGER (log position), limit INTEGER
-- gives: series STRING (URN)
-- why:   ranks are given by the caller, the same for every engine; the shortest names hold least beside what was asked for.
SELECT artifact.series FROM series_words
CROSS JOIN artifact ON artifact.id = series_words.rowid
WHERE series_words MATCH :expression AND artifact.referred_at <= :position
  AND artifact.kind IN (SELECT value FROM json_each(:kinds))
ORDER BY length(artifact.series), artifact.series LIMIT :limit
