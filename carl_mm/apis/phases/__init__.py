"""Phases of new videos from a few labelled ones."""
