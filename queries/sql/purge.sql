-- Take what was erased out of the engine's files, as far as statements can do that.
-- takes: nothing
-- gives: nothing
-- why:   a deleted word stays in its index until that is packed. `secure_delete` would not do: when pages are balanced, copies of rows stay
--        in their gaps. So the file is written anew.
INSERT INTO description_words (description_words) VALUES ('optimize');

VACUUM;
