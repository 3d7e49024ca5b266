"""Heads: a projection and a loss in training, the embedding in testing."""
