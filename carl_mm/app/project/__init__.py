"""A project on disk: its videos, labels and models."""
