-- Every stated state and end of the roll-outs of some slots, as known at a position.
-- takes: slots LIST<STRING>, position INTEGER (log position)
-- gives: slot STRING, deployment STRING, change STRING (STATE or END), at INTEGER (µs since 1970, UTC), mode STRING, traffic FLOAT
SELECT slot, deployment, change, at, mode, traffic FROM roll_out_change
WHERE slot IN (SELECT value FROM json_each(:slots)) AND known_from <= :position AND :position < known_to
