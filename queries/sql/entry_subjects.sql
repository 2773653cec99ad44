-- Whom the entries at some log positions speak of.
-- takes: positions LIST<INTEGER> (log positions)
-- gives: position INTEGER (log position), subject STRING
SELECT position, subject FROM entry WHERE position IN (SELECT value FROM json_each(:positions)) ORDER BY position
