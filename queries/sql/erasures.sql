-- Which fields of some artifacts were erased, and by which entries, whatever the position.
-- takes: urns LIST<STRING>
-- gives: urn STRING, field STRING, position INTEGER (log position)
SELECT urn, field, position FROM erasure
WHERE urn IN (SELECT value FROM json_each(:urns))
ORDER BY urn, field, position
