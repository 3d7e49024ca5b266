"""Dynamic time warping, hard and soft."""
