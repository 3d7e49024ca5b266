"""Metrics of segmentation into phases."""
