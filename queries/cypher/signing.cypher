// What a process that could sign has to know: how far the log has grown and is signed, and who signs.
// takes: nothing
// gives: size INTEGER, root STRING (hexadecimal), signed_size INTEGER, signed_root STRING (hexadecimal), holder STRING, until INTEGER (µs since 1970, UTC)
CYPHER 5
MATCH (head:LogHead {name: 'log'}) WHERE head.size > 0
OPTIONAL MATCH (signed:SignedHead {name: 'log'})
OPTIONAL MATCH (lease:SigningLease {name: 'log'})
WITH head.size AS size, head.root AS root,
  coalesce(signed.size, 0) AS signed_size, coalesce(signed.root, '') AS signed_root,
  coalesce(lease.holder, '') AS holder, coalesce(lease.until, 0) AS until
RETURN collect([size, root, signed_size, signed_root, holder, until]) AS rows
