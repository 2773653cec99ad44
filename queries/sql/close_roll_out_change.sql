-- End what is known of a roll-out for one kind of change between two instants, both inclusive.
-- takes: deployment STRING, change STRING (STATE or END), first_at INTEGER (µs since 1970, UTC), last_at INTEGER (µs since 1970, UTC), position INTEGER
-- gives: nothing
UPDATE roll_out_change SET known_to = :position
WHERE deployment = :deployment AND change = :change AND at BETWEEN :first_at AND :last_at
  AND known_to = 4611686018427387904 AND known_from < :position
