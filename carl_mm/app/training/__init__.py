"""Training from the page, in a process of its own."""
