"""The most similar frames and segments of many videos."""
