"""Models of a project, and what they make of its videos."""
