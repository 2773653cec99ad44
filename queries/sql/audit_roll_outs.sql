-- Changes of the roll-outs in a range of URNs, with every column.
-- takes: after STRING (URN, exclusive), last STRING (URN, inclusive)
-- gives: deployment STRING, change STRING, at INTEGER, known_from INTEGER, known_to INTEGER, slot STRING, namespace STRING, mode STRING, traffic FLOAT
SELECT deployment, change, at, known_from, known_to, slot, namespace, mode, traffic
FROM roll_out_change WHERE deployment > :after AND deployment <= :last
