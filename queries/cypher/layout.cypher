// In which way this store keeps its graph.
// takes: nothing
// gives: layout INTEGER
// why:   the first layout did not say so; a database without the node is new.
CYPHER 5
MATCH (head:LogHead {name: 'log'})
WITH coalesce(head.layout, 1) AS layout
RETURN collect([layout]) AS rows
