"""From raw observations to sufficient statistics: rows of a table in, KPI windows out."""
