-- What artifacts rest on directly, as known at a position.
-- takes: sources LIST<STRING>, position INTEGER (log position)
-- gives: source STRING, relation STRING, target STRING, known_from INTEGER (log position)
SELECT r.source_urn AS source, r.relation, r.target_urn AS target, r.known_from
FROM artifact AS near
JOIN relation AS r ON r.source = near.id
WHERE near.urn IN (SELECT value FROM json_each(:sources)) AND r.known_from <= :position AND :position < r.known_to
