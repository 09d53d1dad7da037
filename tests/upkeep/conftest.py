"""Servers of a test's own, the commands that an operator gives, and the numbers of /metrics."""

import contextlib

import pytest
from store import Store


@pytest.fixture
def start(tmp_path):
    """start(*flags, name="data") → a Store whose server runs; all are stopped at the end."""
    with contextlib.ExitStack() as running:

        def begin(*flags, name="data", data_dir=None):
            return running.enter_context(Store(data_dir or tmp_path / name, *flags))

        yield begin
