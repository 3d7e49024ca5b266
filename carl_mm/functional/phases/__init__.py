"""Phases: progress, probes, segments."""
