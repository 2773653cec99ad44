"""The questions: each resolver reads its arguments, asks the read side and shows the answer; one module a question."""
