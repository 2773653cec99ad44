-- Record one relation between two artifacts that exist.
-- takes: source STRING, relation STRING, target STRING, position INTEGER, recorded_at INTEGER (µs since 1970, UTC), actor STRING
-- gives: nothing
INSERT INTO relation (source, relation, target_urn, known_from, known_to, target, source_urn, recorded_at, actor)
SELECT source.id, :relation, :target, :position, 4611686018427387904, target.id, :source, :recorded_at, :actor
FROM artifact AS source, artifact AS target WHERE source.urn = :source AND target.urn = :target
