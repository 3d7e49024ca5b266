"""Which frames of videos show the same moment."""
