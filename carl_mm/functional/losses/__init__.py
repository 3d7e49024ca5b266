"""The losses, each a pure function in a file named after its method."""
