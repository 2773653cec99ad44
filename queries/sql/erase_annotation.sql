-- Take every value of a field that was stated before a position, and its salt; the commitment stays.
-- takes: urn STRING, field STRING, position INTEGER (log position)
-- gives: nothing
UPDATE annotation SET salt = '', value = ''
WHERE urn = :urn AND field = :field AND position < :position AND salt <> ''
