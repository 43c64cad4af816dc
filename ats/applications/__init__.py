"""Applications: sending one, and reading them."""
