"""The read side: one module a question; each answer names the position it was computed at and how complete it is."""
