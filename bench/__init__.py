"""Benchmarks: `make bench`. Each prints ratios of figures that were measured in the same run."""
