-- Every value kept beside the log for some artifacts up to a position, oldest first.
-- takes: urns LIST<STRING>, position INTEGER (log position)
-- gives: urn STRING, field STRING, position INTEGER (log position), commitment STRING (hexadecimal), salt STRING (hexadecimal), value STRING (JSON)
SELECT urn, field, position, commitment, salt, value FROM annotation
WHERE urn IN (SELECT value FROM json_each(:urns)) AND position <= :position
ORDER BY urn, field, position
