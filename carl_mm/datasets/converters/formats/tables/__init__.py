"""Tables that people write: cells, names, frames and times."""
