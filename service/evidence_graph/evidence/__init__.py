"""The write side: what callers may say (commands), what follows from it (decide), and how it gets on record (recorder, log)."""
