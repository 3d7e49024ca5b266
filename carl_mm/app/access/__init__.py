"""Who reaches the page, what they may ask of it, and what becomes of their uploads."""
