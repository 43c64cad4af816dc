"""Documents: what people send, how it is read, and what of it may be seen."""
