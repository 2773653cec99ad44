-- The series of the KPI windows that measure an artifact, as known at a position.
-- takes: urn STRING, position INTEGER (log position), limit INTEGER
-- gives: series STRING (URN)
-- why:   asked only where a segment has no window, to say which have.
SELECT DISTINCT found.series FROM artifact AS measured
JOIN relation AS r ON r.target = measured.id AND r.relation = 'MEASURES'
JOIN artifact AS found ON found.id = r.source
WHERE measured.urn = :urn AND r.known_from <= :position AND :position < r.known_to
ORDER BY found.series LIMIT 0 + :limit
