"""Phases of a video: progress, probes, segments."""
