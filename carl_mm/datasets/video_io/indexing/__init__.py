"""Which frames a video file has, and from where each can be decoded."""
