"""Videos read and written, a frame at a time."""
