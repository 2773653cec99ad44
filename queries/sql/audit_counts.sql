-- How many rows there are, whether or not anything leads to them.
-- takes: nothing
-- gives: stored STRING, number INTEGER
SELECT 'relation' AS stored, count(*) AS number FROM relation
UNION ALL SELECT 'artifact', count(*) FROM artifact
UNION ALL SELECT 'entry', count(*) FROM entry
UNION ALL SELECT 'roll-out change', count(*) FROM roll_out_change
UNION ALL SELECT 'annotation', count(*) FROM annotation
UNION ALL SELECT 'erasure', count(*) FROM erasure
