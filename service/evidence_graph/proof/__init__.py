"""Pure: the Merkle tree over the log, proofs about it, keys, and the texts in which they travel. Bytes in, bytes out; no store or clock."""
