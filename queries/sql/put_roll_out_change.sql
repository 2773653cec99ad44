-- Record a state of a roll-out from an instant on, or its stated end.
-- takes: deployment STRING, slot STRING, namespace STRING, change STRING (STATE or END), at INTEGER (µs since 1970, UTC), mode STRING, traffic FLOAT, position INTEGER
-- gives: nothing
INSERT INTO roll_out_change (slot, deployment, change, at, known_from, known_to, namespace, mode, traffic)
VALUES (:slot, :deployment, :change, :at, :position, 4611686018427387904, :namespace, :mode, :traffic)
