-- Keep a value that stands beside the log, with its salt and commitment.
-- takes: urn STRING, field STRING, position INTEGER, commitment STRING (hexadecimal), salt STRING (hexadecimal), value STRING (JSON)
-- gives: nothing
INSERT INTO annotation (urn, field, position, commitment, salt, value)
VALUES (:urn, :field, :position, :commitment, :salt, :value)
