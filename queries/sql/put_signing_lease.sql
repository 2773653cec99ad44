-- Say which process signs the head of the log, and until when.
-- takes: holder STRING, until INTEGER (µs since 1970, UTC)
-- gives: nothing
INSERT INTO signing_lease (only_one, holder, until) VALUES (1, :holder, :until)
ON CONFLICT (only_one) DO UPDATE SET holder = excluded.holder, until = excluded.until
