-- Remove what stands beside the log and does not belong to it.
-- takes: urn STRING, field STRING, position INTEGER
-- gives: nothing
DELETE FROM annotation WHERE urn = :urn AND field = :field AND position = :position
