-- In which way this store keeps its graph.
-- takes: nothing
-- gives: layout INTEGER
-- why:   0 is what SQLite says where nobody ever set it: the first layout.
SELECT max(user_version, 1) AS layout FROM pragma_user_version
