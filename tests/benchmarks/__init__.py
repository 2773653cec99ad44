"""Speed as ratios in one run: against the bare engine, against raw inserts, against a smaller graph. Tables, never assertions on time."""
