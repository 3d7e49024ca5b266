"""What several processes compute together: BatchNorm, batches, groups on the host."""
