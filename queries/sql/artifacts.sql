-- A page of artifacts in the order of their URNs, as known at a position: by kind, namespace and text in the URN, each '' for any.
-- takes: kind STRING, namespace STRING, text STRING, after STRING (URN), position INTEGER (log position), limit INTEGER
-- gives: urn STRING, kind STRING, window STRING, referred_at INTEGER (log position), referred_on INTEGER (µs since 1970, UTC), first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), declared_on INTEGER (µs since 1970, UTC), exists_from INTEGER (µs since 1970, UTC), actor STRING, content STRING (digest), fields STRING (JSON), told_by STRING (JSON)
-- why:   what was retracted stays a stub only where a known relation still touches it. The page is one range of the index of URNs: they
--        begin with kind and namespace, and hold ASCII only, so that the largest character comes after all of them.
WITH beginning (text) AS (
  SELECT CASE WHEN :kind = '' THEN '' WHEN :namespace = '' THEN :kind || ':' ELSE :kind || ':' || :namespace || '/' END
)
SELECT urn, kind, window, referred_at, referred_on, first_declared, declared_from, declared_to, declared_on, exists_from, actor, content, fields, told_by
FROM artifact
WHERE urn > max(:after, (SELECT text FROM beginning)) AND urn < (SELECT text FROM beginning) || char(1114111)
  AND (:kind = '' OR kind = :kind) AND (:namespace = '' OR namespace = :namespace)
  AND (:text = '' OR instr(lower(urn), lower(:text)) > 0)
  AND referred_at <= :position
  AND (declared_to > :position OR first_declared > :position
       OR EXISTS (SELECT 1 FROM relation AS r WHERE r.source = artifact.id AND r.known_from <= :position AND :position < r.known_to)
       OR EXISTS (SELECT 1 FROM relation AS r WHERE r.target = artifact.id AND r.known_from <= :position AND :position < r.known_to))
ORDER BY urn LIMIT :limit
