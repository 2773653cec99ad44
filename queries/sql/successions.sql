-- What artifacts say they succeed, as known at a position.
-- takes: sources LIST<STRING>, position INTEGER (log position)
-- gives: source STRING, relation STRING, target STRING, known_from INTEGER (log position)
-- why:   apart from relations_from, because what artifacts rest on may be very much.
SELECT r.source_urn AS source, r.relation, r.target_urn AS target, r.known_from
FROM artifact AS near
CROSS JOIN relation AS r ON r.source = near.id AND r.relation IN ('REPLACES', 'REVISES')
WHERE near.urn IN (SELECT value FROM json_each(:sources)) AND r.known_from <= :position AND :position < r.known_to
