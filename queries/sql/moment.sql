-- The last log position recorded at or before an instant; position 0 when there is none.
-- takes: known_at INTEGER (µs since 1970, UTC)
-- gives: position INTEGER (log position), recorded_at INTEGER (µs since 1970, UTC)
SELECT position, recorded_at FROM (
  SELECT position, recorded_at FROM entry WHERE recorded_at <= :known_at ORDER BY recorded_at DESC, position DESC LIMIT 1
)
UNION ALL
SELECT position, recorded_at FROM entry WHERE position = 0
ORDER BY position DESC LIMIT 1
