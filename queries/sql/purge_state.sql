-- The last entry that erased something, and up to which entry what was erased is out of the engine's files; -1 for none.
-- takes: nothing
-- gives: erased INTEGER (log position), purged INTEGER (log position)
-- why:   every answer that is kept is held against this: it reads the end of one index.
SELECT coalesce((SELECT max(position) FROM erasure), -1) AS erased,
  coalesce((SELECT position FROM purged), -1) AS purged
