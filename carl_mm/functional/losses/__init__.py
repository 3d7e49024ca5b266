"""The losses: a paper, a file, a pure function."""
