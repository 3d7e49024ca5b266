"""Which frames of a video deviate from reference videos."""
