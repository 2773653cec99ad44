-- Declare an artifact that was referred to before.
-- takes: urn STRING, position INTEGER, recorded_at INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON)
-- gives: nothing
UPDATE artifact SET
  first_declared = min(first_declared, :position), declared_from = :position, declared_to = 4611686018427387904,
  declared_on = :recorded_at, exists_from = :exists_from, actor = :actor, content = :content, fields = :fields, told_by = :told_by
WHERE urn = :urn
