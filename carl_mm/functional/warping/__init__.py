"""Dynamic time warping: hard, soft, and what a path says of single frames."""
