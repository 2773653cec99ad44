-- The KPI windows for all of the traffic that measure some artifacts, every revision, by what they measure and by URN.
-- takes: of LIST<STRING>, position INTEGER (log position), limit INTEGER
-- gives: measured STRING (URN), urn STRING, first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), exists_from INTEGER (µs since 1970, UTC), fields STRING (JSON)
-- why:   one lookup for everything that is live, and only the columns a verdict needs; the series of a window without a segment has two commas.
SELECT measured.urn AS measured, found.urn, found.first_declared, found.declared_from, found.declared_to, found.exists_from, found.fields
FROM artifact AS measured
JOIN relation AS r ON r.target = measured.id AND r.relation = 'MEASURES' AND r.known_from <= :position AND :position < r.known_to
JOIN artifact AS found ON found.id = r.source
WHERE measured.urn IN (SELECT value FROM json_each(:of)) AND found.series NOT LIKE '%,%,%,%'
ORDER BY measured.urn, found.urn LIMIT 0 + :limit
