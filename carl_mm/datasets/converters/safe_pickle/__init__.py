"""Pickle files read without running the code that they may contain."""
