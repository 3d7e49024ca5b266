"""Dynamic time warping, hard and soft; the posterior over all paths; their matches."""
