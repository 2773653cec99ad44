-- Record one version of a KPI's definition.
-- takes: name STRING, version STRING, applies_from INTEGER (µs since 1970, UTC), content STRING (digest), fields STRING (JSON), position INTEGER, recorded_at INTEGER (µs since 1970, UTC)
-- gives: nothing
INSERT INTO definition (name, version, known_from, known_to, applies_from, content, fields, recorded_at)
VALUES (:name, :version, :position, 4611686018427387904, :applies_from, :content, :fields, :recorded_at)
