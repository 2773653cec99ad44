-- The stored rows of artifacts by URN, whatever is known of them.
-- takes: urns LIST<STRING>
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON)
SELECT urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on, exists_from, actor, content, fields, told_by
FROM artifact WHERE urn IN (SELECT value FROM json_each(:urns))
