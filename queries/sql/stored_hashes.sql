-- Hashes of the log's tree by spans: leaf hashes of entries at level 0, kept hashes of complete subtrees above.
-- takes: leaf_spans LIST<MAP> (first and last log position, both inclusive), tile_spans LIST OF MAP (level, first and last number, both inclusive)
-- gives: level INTEGER, number INTEGER, hash STRING (hexadecimal)
-- why:   CROSS JOIN keeps the spans outside, so that each is one range of a key.
SELECT 0 AS level, entry.position AS number, entry.leaf AS hash
FROM json_each(:leaf_spans) AS span
CROSS JOIN entry ON entry.position BETWEEN span.value ->> 'first' AND span.value ->> 'last'
UNION ALL
SELECT kept.level, kept.number, kept.hash
FROM json_each(:tile_spans) AS span
CROSS JOIN tile_hash AS kept
  ON kept.level = span.value ->> 'level' AND kept.number BETWEEN span.value ->> 'first' AND span.value ->> 'last'
