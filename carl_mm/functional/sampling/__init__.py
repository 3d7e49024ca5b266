"""Draw frames of videos, and videos of a data set."""
