-- Which fields were erased by which entries, for a range of URNs, with every column.
-- takes: after STRING (URN, exclusive), last STRING (URN, inclusive)
-- gives: urn STRING, field STRING, position INTEGER
SELECT urn, field, position FROM erasure WHERE urn > :after AND urn <= :last
