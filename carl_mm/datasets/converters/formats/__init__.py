"""Readers of the file formats in which labels and frames are published."""
