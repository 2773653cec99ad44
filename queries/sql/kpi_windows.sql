-- The KPI windows of one stream, every revision, oldest or newest first.
-- takes: after STRING (URN), beyond STRING (URN), way INTEGER (1 oldest first, -1 newest first), position INTEGER (log position), limit INTEGER
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON)
-- why:   the URNs of a stream's windows are one range of the index of URNs, those of all roll-outs of a slot too; a window that no longer claims to measure anything is left out.
SELECT urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on, exists_from, actor, content, fields, told_by
FROM artifact WHERE urn > :after AND urn < :beyond AND referred_at <= :position AND EXISTS (
  SELECT 1 FROM relation AS r
  WHERE r.source = artifact.id AND r.relation = 'MEASURES' AND r.known_from <= :position AND :position < r.known_to
)
ORDER BY :way * exists_from, urn LIMIT 0 + :limit
