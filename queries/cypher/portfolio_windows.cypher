// The KPI windows for all of the traffic that measure some artifacts, every revision, by what they measure and by URN.
// takes: of LIST<STRING>, position INTEGER (log position), limit INTEGER
// gives: measured STRING (URN), urn STRING, first_declared INTEGER (log position), declared_from INTEGER (log position), declared_to INTEGER (log position), exists_from INTEGER (µs since 1970, UTC), fields STRING (JSON)
// why:   one lookup for everything that is live, and only the columns a verdict needs; the series of a window without a segment has two commas.
CYPHER 5
UNWIND $of AS wanted
MATCH (root:Artifact {urn: wanted})<-[r:MEASURES]-(window)
WHERE r.known_from <= $position AND $position < r.known_to AND size(split(window.series, ',')) = 3
WITH wanted AS measured, window ORDER BY measured, window.urn LIMIT $limit
WITH measured, window.urn AS urn, window.first_declared AS first_declared, window.declared_from AS declared_from,
  window.declared_to AS declared_to, window.exists_from AS exists_from, window.fields AS fields
RETURN collect([measured, urn, first_declared, declared_from, declared_to, exists_from, fields]) AS rows
