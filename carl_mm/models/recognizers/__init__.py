"""Whole models: frames or clips in, embeddings out."""
