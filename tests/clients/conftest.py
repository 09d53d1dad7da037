"""One server for all tests of a module; each test uses names of its own and so sees only its own data."""

import pytest
from server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("data"))
    with running:
        yield running
    log = running.logged()
    assert "[critical]" not in log, log
