"""Hashing passwords with Argon2id (RFC 9106), off the event loop and never more than two at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ats.core.crypto import new_token
from ats.staff.rules import normalised_password

# OWASP's smallest recommendation for Argon2id: about 30 ms and 19 MiB a password.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Each takes memory and a core; a flood of sign-ins waits here instead of pushing everything else aside.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")


async def hash_password(password: str) -> str:
    """The hash to store, with its salt and parameters."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _hash, password)


async def is_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the one behind `stored`; takes as long when there is no such account (None)."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _is_password, password, stored)


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def _hash(password: str) -> str:
    return _HASHER.hash(normalised_password(password))


def _is_password(password: str, stored: str | None) -> bool:
    nobodys = _nobodys_hash()
    try:
        matches = _HASHER.verify(stored or nobodys, normalised_password(password))
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored is not None


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(new_token())
