"""Checkpoints published by others, made into ours."""
