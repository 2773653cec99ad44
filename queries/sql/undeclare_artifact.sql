-- End the declaration of an artifact at a position.
-- takes: urn STRING, position INTEGER
-- gives: nothing
UPDATE artifact SET declared_to = :position WHERE urn = :urn
