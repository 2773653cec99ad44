-- What artifacts rest on directly, as known at a position.
-- takes: sources LIST<STRING>, position INTEGER (log position)
-- gives: source STRING, relation STRING, target STRING, known_from INTEGER (log position)
SELECT source.urn AS source, r.relation, target.urn AS target, r.known_from
FROM artifact AS source
JOIN relation AS r ON r.source = source.id
JOIN artifact AS target ON target.id = r.target
WHERE source.urn IN (SELECT value FROM json_each(:sources)) AND r.known_from <= :position AND :position < r.known_to
