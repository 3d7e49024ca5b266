"""Repetitions in a video, found by their similarity to each other."""
