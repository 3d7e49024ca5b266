"""What the page does with videos: plain functions, whose results are JSON."""
