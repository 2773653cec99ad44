-- Which of some artifacts stand at either end of a relation that is known at a position.
-- takes: urns LIST<STRING>, position INTEGER (log position)
-- gives: urn STRING
SELECT urn FROM artifact
WHERE urn IN (SELECT value FROM json_each(:urns))
  AND (EXISTS (SELECT 1 FROM relation AS r WHERE r.source = artifact.id AND r.known_from <= :position AND :position < r.known_to)
       OR EXISTS (SELECT 1 FROM relation AS r WHERE r.target = artifact.id AND r.known_from <= :position AND :position < r.known_to))
