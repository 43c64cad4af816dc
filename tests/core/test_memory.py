"""Blocks of a megabyte and more go back to the system when they are freed."""

import subprocess
import sys

SCRIPT = """
import sys
from ats.core.memory import give_back_large_blocks

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

if sys.argv[1] == "yes":
    give_back_large_blocks()
from argon2 import PasswordHasher
before = resident()
for _ in range(3):
    PasswordHasher(time_cost=1, memory_cost=30_000, parallelism=1).hash("a password of the tests")
print((resident() - before) // 1_000_000)
"""


def grown(given_back: str) -> int:
    done = subprocess.run([sys.executable, "-c", SCRIPT, given_back], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_a_process_is_small_again_after_hashing_a_password():
    assert grown("no") > 20, "this machine gives large blocks back by itself: the test shows nothing here"
    assert grown("yes") < 10
