"""The opt-in talent pool."""
