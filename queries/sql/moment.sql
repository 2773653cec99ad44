-- The last log position recorded at or before an instant, position 0 when there is none, and how the log began.
-- takes: known_at INTEGER (µs since 1970, UTC)
-- gives: position INTEGER (log position), recorded_at INTEGER (µs since 1970, UTC), simulated INTEGER (entries)
-- why:   what a moment needs of the head comes with it, so that asking as of an earlier instant costs no second question.
WITH last (position, recorded_at) AS (
  SELECT position, recorded_at FROM (
    SELECT position, recorded_at FROM entry WHERE recorded_at <= :known_at ORDER BY recorded_at DESC, position DESC LIMIT 1
  )
  UNION ALL
  SELECT position, recorded_at FROM entry WHERE position = 0
)
SELECT last.position, last.recorded_at, log_head.simulated FROM last CROSS JOIN log_head
ORDER BY last.position DESC LIMIT 1
