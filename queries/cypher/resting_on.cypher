// Of each of some artifacts that others point to, as known at a position, one that does: the first by relation and URN.
// takes: urns LIST<STRING>, position INTEGER (log position)
// gives: urn STRING, source STRING (URN)
// why:   one is enough to show that it is on record.
CYPHER 5
MATCH (artifact:Artifact) WHERE artifact.urn IN $urns
CALL (artifact) {
  MATCH (artifact)<-[r]-(other) WHERE r.known_from <= $position AND $position < r.known_to
  RETURN other.urn AS source ORDER BY type(r), other.urn LIMIT 1
}
WITH artifact.urn AS urn, source
ORDER BY urn
RETURN collect([urn, source]) AS rows
