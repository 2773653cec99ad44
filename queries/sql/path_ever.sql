-- Every relation that was ever on record behind one artifact, up to a position, with the positions it was known between.
-- takes: start STRING, relations LIST<STRING>, position INTEGER (log position), limit INTEGER
-- gives: source STRING, relation STRING, target STRING, known_from INTEGER (log position), known_to INTEGER (log position)
-- why:   tells why there is no path at a moment. One limit for the artifacts reached and for the rows: whoever gets nearly as many
--        rows as that knows that the walk may have been cut. CROSS JOIN keeps SQLite from going through every relation there is
--        and looking for each among the artifacts reached.
WITH RECURSIVE reached (id) AS (
  SELECT id FROM artifact WHERE urn = :start
  UNION
  SELECT r.target FROM reached JOIN relation AS r ON r.source = reached.id
  WHERE r.relation IN (SELECT value FROM json_each(:relations)) AND r.known_from <= :position
  LIMIT :limit
)
SELECT source.urn AS source, r.relation, target.urn AS target, r.known_from, r.known_to
FROM reached
CROSS JOIN relation AS r ON r.source = reached.id
JOIN artifact AS source ON source.id = r.source
JOIN artifact AS target ON target.id = r.target
WHERE r.relation IN (SELECT value FROM json_each(:relations)) AND r.known_from <= :position
LIMIT :limit
