"""Engines: rows in, rows out. Nothing here knows a rule; driver records, driver errors and query texts stay inside."""
