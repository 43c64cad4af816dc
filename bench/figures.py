"""Printing figures: medians, percentiles and ratios."""

import statistics
from collections.abc import Sequence


def row(name: str, value: str, beside: str = "") -> None:
    """One line of a benchmark."""
    print(f"  {name:<58} {value:>14}   {beside}")


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which `percent` of 100 lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * len(ordered)))]


def limit(value: float, most: float, unit: str) -> str:
    """How a value stands to what is allowed."""
    return f"{value / most:.2f} of the limit of {most:g} {unit}"
