-- Append one entry to the log.
-- takes: position INTEGER, recorded_at INTEGER (µs since 1970, UTC), actor STRING, command STRING, command_digest STRING, item STRING, event_type STRING, subject STRING, outcome STRING, leaf STRING (hexadecimal), body STRING (JCS)
-- gives: nothing
INSERT INTO entry (position, recorded_at, actor, command, command_digest, item, event_type, subject, outcome, leaf, body)
VALUES (:position, :recorded_at, :actor, :command, :command_digest, :item, :event_type, :subject, :outcome, :leaf, :body)
