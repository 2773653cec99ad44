-- Entries of the log from one position to another, both inclusive, with every column, in order.
-- takes: first INTEGER (log position), last INTEGER (log position)
-- gives: position INTEGER, recorded_at INTEGER, actor STRING, command STRING, command_digest STRING, item STRING, event_type STRING, subject STRING, outcome STRING, leaf STRING, body STRING
SELECT position, recorded_at, actor, command, command_digest, item, event_type, subject, outcome, leaf, body
FROM entry WHERE position BETWEEN :first AND :last ORDER BY position
