-- Values that stand beside the log under the entries from one position to another, both inclusive, with every column.
-- takes: first INTEGER (log position), last INTEGER (log position)
-- gives: urn STRING, field STRING, position INTEGER, commitment STRING, salt STRING, value STRING
SELECT urn, field, position, commitment, salt, value
FROM annotation WHERE position BETWEEN :first AND :last
