-- Record one relation between two artifacts that exist.
-- takes: source STRING, relation STRING, target STRING, position INTEGER, recorded_at INTEGER (µs since 1970, UTC), actor STRING
-- gives: nothing
INSERT INTO relation (source, relation, target, known_from, known_to, recorded_at, actor)
SELECT source.id, :relation, target.id, :position, 4611686018427387904, :recorded_at, :actor
FROM artifact AS source, artifact AS target WHERE source.urn = :source AND target.urn = :target
