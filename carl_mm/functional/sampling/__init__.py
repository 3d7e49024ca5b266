"""Which frames of a video are drawn."""
