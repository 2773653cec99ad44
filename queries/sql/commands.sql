-- What earlier commands of one actor with these ids recorded, entry by entry.
-- takes: actor STRING, commands LIST<STRING>
-- gives: command STRING, position INTEGER, command_digest STRING, item STRING, subject STRING, outcome STRING, body STRING (JCS)
SELECT command, position, command_digest, item, subject, outcome, body FROM entry
WHERE actor = :actor AND command IN (SELECT value FROM json_each(:commands))
ORDER BY position
