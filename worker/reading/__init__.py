"""Readers of documents that run inside the sandboxed child and nowhere else."""
