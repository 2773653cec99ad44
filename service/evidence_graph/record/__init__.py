"""Pure: what an entry of the log is, what it says, and which rows of the graph follow from it. No store, clock or setting."""
