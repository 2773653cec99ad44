-- The URNs of a page of artifacts, in order.
-- takes: after STRING (URN), limit INTEGER
-- gives: urn STRING
SELECT urn FROM artifact WHERE urn > :after ORDER BY urn LIMIT :limit
