// What earlier commands of one actor with these ids recorded, entry by entry.
// takes: actor STRING, commands LIST<STRING>
// gives: command STRING, position INTEGER, command_digest STRING, item STRING, subject STRING, outcome STRING, body STRING (JCS)
CYPHER 5
MATCH (entry:Entry) USING INDEX entry:Entry(actor, command)
WHERE entry.actor = $actor AND entry.command IN $commands
WITH entry.command AS command, entry.position AS position, entry.command_digest AS command_digest, entry.item AS item,
  entry.subject AS subject, entry.outcome AS outcome, entry.body AS body
ORDER BY position
RETURN collect([command, position, command_digest, item, subject, outcome, body]) AS rows
