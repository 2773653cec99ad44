"""The two ends of time, as stored: every instant is an integer, µs since 1970-01-01 UTC; intervals are `[from, to)`."""

BEGINNING = -(2**62)  # before every instant that can be written down: "it existed always"
OPEN_END = 2**62  # after every instant and every log position: "until further notice"
