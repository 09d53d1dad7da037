"""A volume of its own size, to be filled to the last byte."""

import contextlib
import subprocess

import pytest


@contextlib.contextmanager
def mounted(place, size):
    """`place`, an empty volume in memory, while it lasts; skips where none can be mounted. `size`: as tmpfs has it."""
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True,
                          text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"a small volume cannot be mounted here: {made.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)
