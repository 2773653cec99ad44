-- Entries about the URNs of some ranges, and those that named one of them before anybody declared it, in the order of the log.
-- takes: first LIST<STRING> (URNs), past LIST<STRING> (URNs), holding LIST<STRING> (text, '' for any), position INTEGER (log position), since INTEGER (log position), about STRING (URN), limit INTEGER
-- gives: position INTEGER (log position), about STRING (URN that was named, '' for an entry about a URN in scope), recorded_at INTEGER (µs since 1970, UTC), body STRING (JCS)
-- why:   a scope is some ranges [first, past) of the two indexes that begin with a URN, of which only URNs that hold a text count. The
--        page begins at (since, about), inclusive; bodies are read only for what the page keeps.
WITH scope (first, past, holding) AS (
  SELECT f.value, p.value, h.value FROM json_each(:first) AS f
  JOIN json_each(:past) AS p ON p.key = f.key
  JOIN json_each(:holding) AS h ON h.key = f.key
), page (position, about) AS (
  SELECT entry.position, '' AS about FROM scope
  CROSS JOIN entry INDEXED BY entry_subject ON entry.subject >= scope.first AND entry.subject < scope.past
  WHERE entry.position <= :position AND (entry.position > :since OR (entry.position = :since AND :about = ''))
    AND (scope.holding = '' OR instr(entry.subject, scope.holding) > 0)
  UNION ALL
  SELECT artifact.referred_at, artifact.urn FROM scope
  CROSS JOIN artifact ON artifact.urn >= scope.first AND artifact.urn < scope.past
  WHERE artifact.referred_at < artifact.first_declared AND artifact.referred_at <= :position
    AND (artifact.referred_at > :since OR (artifact.referred_at = :since AND artifact.urn >= :about))
    AND (scope.holding = '' OR instr(artifact.urn, scope.holding) > 0)
    AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.position = artifact.referred_at AND entry.subject = artifact.urn)
  ORDER BY 1, 2 LIMIT :limit
)
SELECT page.position, page.about, entry.recorded_at, entry.body
FROM page CROSS JOIN entry ON entry.position = page.position
ORDER BY page.position, page.about
