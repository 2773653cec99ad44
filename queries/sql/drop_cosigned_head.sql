-- Forget a cosigned head that newer ones have made superfluous.
-- takes: size INTEGER
-- gives: nothing
DELETE FROM cosigned_head WHERE size = :size
