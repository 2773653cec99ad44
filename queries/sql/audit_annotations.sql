-- Values that stand beside the log, for a range of URNs, with every column.
-- takes: after STRING (URN, exclusive), last STRING (URN, inclusive)
-- gives: urn STRING, field STRING, position INTEGER, commitment STRING, salt STRING, value STRING
SELECT urn, field, position, commitment, salt, value
FROM annotation WHERE urn > :after AND urn <= :last
