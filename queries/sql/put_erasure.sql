-- Keep that an entry erased the values of a field.
-- takes: urn STRING, field STRING, position INTEGER (log position)
-- gives: nothing
INSERT INTO erasure (urn, field, position) VALUES (:urn, :field, :position)
