"""From a batch of uint8 frames to what a backbone takes, on the device."""
