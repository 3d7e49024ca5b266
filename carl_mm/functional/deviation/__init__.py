"""Find the frames of a video that deviate from reference videos."""
