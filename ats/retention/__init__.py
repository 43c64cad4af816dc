"""Due dates and erasure."""
