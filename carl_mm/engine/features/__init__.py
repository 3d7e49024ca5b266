"""Features that are computed once and kept."""
