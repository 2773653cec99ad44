"""Pure: the Merkle tree over the log and the keys that sign its head. Bytes in, bytes out; no store, clock or setting."""
