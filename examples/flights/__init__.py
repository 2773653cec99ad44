"""Flight delays in New York, 2013: models trained, rolled out and judged on real flights, with the evidence told as it came to be known."""
