"""Match two videos by the posterior over all monotone paths."""
