-- Every stated state and end of the roll-outs of a namespace ('' for all), as known at a position.
-- takes: namespace STRING, position INTEGER (log position)
-- gives: slot STRING, deployment STRING, change STRING (STATE or END), at INTEGER (µs since 1970, UTC), mode STRING, traffic FLOAT
SELECT slot, deployment, change, at, mode, traffic FROM roll_out_change
WHERE (:namespace = '' OR namespace = :namespace) AND known_from <= :position AND :position < known_to
