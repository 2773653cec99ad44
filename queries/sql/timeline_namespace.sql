-- Entries about a namespace, and those that named something of it before anybody declared it, in the order of the log.
-- takes: namespace STRING, position INTEGER (log position), since INTEGER (log position), about STRING (URN), limit INTEGER
-- gives: position INTEGER (log position), about STRING (URN that was named, '' for an entry about something of the namespace), recorded_at INTEGER (µs since 1970, UTC), body STRING (JCS)
-- why:   each part is one range of an index that is in this order already, so that a page costs the same in a namespace of any size. What
--        is not about the log itself is about something of a namespace. The page begins at (since, about), inclusive.
WITH page (position, about) AS (
  SELECT position, about FROM (
    SELECT position, '' AS about FROM entry
    WHERE substr(subject, instr(subject, ':') + 1, instr(subject, '/') - instr(subject, ':') - 1) = :namespace
      AND substr(subject, 1, 4) <> 'log:'
      AND position >= :since AND position <= :position AND (position > :since OR :about = '')
    ORDER BY position LIMIT 0 + :limit
  )
  UNION ALL
  SELECT position, about FROM (
    SELECT referred_at AS position, urn AS about FROM artifact
    WHERE namespace = :namespace AND referred_at < first_declared
      AND referred_at >= :since AND referred_at <= :position AND (referred_at > :since OR urn >= :about)
      AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.position = artifact.referred_at AND entry.subject = artifact.urn)
    ORDER BY referred_at, urn LIMIT 0 + :limit
  )
  ORDER BY 1, 2 LIMIT 0 + :limit
)
SELECT page.position, page.about, entry.recorded_at, entry.body
FROM page CROSS JOIN entry ON entry.position = page.position
ORDER BY page.position, page.about
