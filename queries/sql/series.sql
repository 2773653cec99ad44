-- Every version of one series, as known at a position.
-- takes: series STRING (URN), position INTEGER (log position)
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON)
SELECT urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on, exists_from, actor, content, fields, told_by
FROM artifact
WHERE series = :series AND referred_at <= :position
  AND (declared_to > :position OR first_declared > :position
       OR EXISTS (SELECT 1 FROM relation AS r WHERE r.source = artifact.id AND r.known_from <= :position AND :position < r.known_to)
       OR EXISTS (SELECT 1 FROM relation AS r WHERE r.target = artifact.id AND r.known_from <= :position AND :position < r.known_to))
