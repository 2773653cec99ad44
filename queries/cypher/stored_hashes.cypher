// Hashes of the log's tree by spans: leaf hashes of entries at level 0, kept hashes of complete subtrees above.
// takes: leaf_spans LIST<MAP> (first and last log position, both inclusive), tile_spans LIST OF MAP (level, first and last number, both inclusive)
// gives: level INTEGER, number INTEGER, hash STRING (hexadecimal)
// why:   one statement for all spans of a proof, or of many proofs, because each costs a round trip. The hint, because a log that was small when
//        the plan was made would be scanned for each span.
CYPHER 5
CALL {
  UNWIND $leaf_spans AS span
  MATCH (entry:Entry) USING INDEX SEEK entry:Entry(position) WHERE span.first <= entry.position <= span.last
  RETURN 0 AS level, entry.position AS number, entry.leaf AS hash
  UNION ALL
  UNWIND $tile_spans AS span
  MATCH (kept:TileHash {level: span.level}) WHERE span.first <= kept.number <= span.last
  RETURN kept.level AS level, kept.number AS number, kept.hash AS hash
}
RETURN collect([level, number, hash]) AS rows
