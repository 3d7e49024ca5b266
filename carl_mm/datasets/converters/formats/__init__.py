"""The forms in which labels and frames are published."""
