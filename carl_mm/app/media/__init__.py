"""Pictures and videos in forms that browsers show."""
