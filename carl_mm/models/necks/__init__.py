"""Temporal networks: features of all frames in, their embeddings out."""
