"""Where a video deviates from reference videos."""
