-- Which of some artifacts can be reached from which others over some relations that are known now.
-- takes: starts LIST<STRING>, ends LIST<STRING>, relations LIST<STRING>
-- gives: start STRING, reached STRING
-- why:   one walk from each start: the closure of the starts, not of the graph; 4611686018427387904 is OPEN_END.
WITH RECURSIVE walk (start, id) AS (
  SELECT id, id FROM artifact WHERE urn IN (SELECT value FROM json_each(:starts))
  UNION
  SELECT walk.start, r.target FROM walk JOIN relation AS r ON r.source = walk.id
  WHERE r.known_to = 4611686018427387904 AND r.relation IN (SELECT value FROM json_each(:relations))
)
SELECT start.urn AS start, reached.urn AS reached
FROM walk JOIN artifact AS start ON start.id = walk.start JOIN artifact AS reached ON reached.id = walk.id
WHERE reached.urn IN (SELECT value FROM json_each(:ends))
