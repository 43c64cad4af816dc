"""Keeps a process small between its peaks."""

import contextlib
import ctypes

_M_MMAP_THRESHOLD = -3
LARGE_BYTES = 1 << 20


def give_back_large_blocks() -> None:
    """Have the C library return freed blocks of a megabyte and more to the system at once.

    By default glibc raises that limit to the size of what was freed, so the 19 MB of one password's hash would stay
    with the process for good. Elsewhere than on glibc this does nothing.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
