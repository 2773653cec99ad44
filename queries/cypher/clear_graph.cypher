// Throw away everything that follows from the log.
// takes: layout INTEGER
// gives: nothing
// why:   one transaction cannot hold it all, so each takes a part, until there is none. Relationships first: to delete a node with all of its
//        own at once would take as much memory as there are.
CYPHER 5
MATCH ()-[r]->() WITH r LIMIT 5000 DELETE r;

CYPHER 5
MATCH (n:Artifact|RollOutChange|Definition|Erasure|SeriesWords|NameKey|DescriptionWords|TileHash) WITH n LIMIT 5000 DELETE n;

CYPHER 5
MATCH (head:LogHead {name: 'log'}) SET head.layout = $layout;
