-- End the known-interval of one relation at a position.
-- takes: source STRING, relation STRING, target STRING, position INTEGER
-- gives: nothing
UPDATE relation SET known_to = :position
WHERE source = (SELECT id FROM artifact WHERE urn = :source) AND relation = :relation
  AND target_urn = :target
  AND known_to = 4611686018427387904 AND known_from < :position
