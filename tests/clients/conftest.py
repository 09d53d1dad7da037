"""One server for all tests of a module; each test uses names of its own and so sees only its own data."""

import uuid

import boto3
import pytest
from cloudwatch import CREDENTIALS
from server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("data"))
    with running:
        yield running
    log = running.logged()
    assert "[critical]" not in log, log


@pytest.fixture
def logs(server):
    """CloudWatch Logs, by boto3."""
    return boto3.client("logs", endpoint_url=server.url, **CREDENTIALS)


@pytest.fixture
def group(logs):
    """A log group of the test's own."""
    name = f"g-{uuid.uuid4().hex}"
    logs.create_log_group(logGroupName=name)
    return name
