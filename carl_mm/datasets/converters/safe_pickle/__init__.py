"""Pickle files read without running what is in them."""
