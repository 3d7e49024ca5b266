"""Backbones: a frame in, its spatial features out."""
