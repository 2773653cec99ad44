-- Of each of some artifacts that others point to, as known at a position, one that does: the first by relation and URN.
-- takes: urns LIST<STRING>, position INTEGER (log position)
-- gives: urn STRING, source STRING (URN)
-- why:   one is enough to show that it is on record; in the order of the index, so that a hub is not read.
SELECT urn, source FROM (
  SELECT artifact.urn, (
    SELECT r.source_urn FROM relation AS r
    WHERE r.target = artifact.id AND r.known_from <= :position AND :position < r.known_to
    ORDER BY r.relation, r.source_urn LIMIT 1
  ) AS source
  FROM artifact WHERE artifact.urn IN (SELECT value FROM json_each(:urns))
) WHERE source IS NOT NULL ORDER BY urn
