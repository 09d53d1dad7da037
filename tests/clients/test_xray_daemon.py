"""The X-Ray daemon itself in front of the server: SDKs talk to it, it talks to the server's API.

The daemon is AWS's program and comes from elsewhere: TETRASCOPE_XRAY_DAEMON names it, else `xray` or `xray-daemon` of
the PATH is taken, else it is built with Go. Where none of that works these tests are skipped, and say why.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from server import Server, clean_environment

pytest.importorskip("boto3")
from test_xray import client, eventually, traces
from test_xray_sdks import rule, summaries

HERE = Path(__file__).parent
MODULE = "github.com/aws/aws-xray-daemon/cmd/tracing"
REQUESTS = 6


def daemon_binary(folder):
    """Where the daemon is, and "", or None and why there is none."""
    named = os.environ.get("TETRASCOPE_XRAY_DAEMON") or shutil.which("xray") or shutil.which("xray-daemon")
    if named:
        return named, ""
    if shutil.which("go") is None:
        return None, "TETRASCOPE_XRAY_DAEMON names no X-Ray daemon, and there is no Go to build one"
    built = subprocess.run(["go", "install", MODULE + "@latest"], env={**os.environ, "GOBIN": str(folder)}, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600, check=False)
    if built.returncode != 0:
        return None, f"the X-Ray daemon could not be built with Go: {built.stdout[-300:]}"
    return folder / "tracing", ""


def free_port():
    with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        udp.bind(tcp.getsockname())
        return tcp.getsockname()[1]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture(scope="module")
def daemon(running, tmp_path_factory):
    """`HOST:PORT` of a daemon that has the server for its vendor."""
    folder = tmp_path_factory.mktemp("daemon")
    binary, why_none = daemon_binary(folder)
    if binary is None:
        pytest.skip(why_none)
    port = free_port()
    log = folder / "log"
    environment = clean_environment(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_EC2_METADATA_DISABLED="true")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [binary, "--local-mode", "--region", "us-east-1", "--bind", f"127.0.0.1:{port}", "--bind-tcp",
             f"127.0.0.1:{port}", "--config", config_of(folder, running), "--log-level", "debug"], env=environment,
            stdout=out, stderr=subprocess.STDOUT)
    try:
        eventually(lambda: "Starting proxy http server" in log.read_text(errors="replace"), 20)
        yield f"127.0.0.1:{port}", log
    finally:
        process.terminate()
        process.wait(20)


def config_of(folder, server):
    config = folder / "daemon.yaml"
    config.write_text(f'Version: 2\nEndpoint: "{server.url}"\nNoVerifySSL: true\n')
    return str(config)


@pytest.fixture(scope="module")
def service(running, daemon):
    """The SDK's application has run with the daemon's address."""
    name = f"behind-{uuid.uuid4().hex[:6]}"
    for number, (path, (rate, reservoir)) in enumerate({"none": (0, 0), "once": (0, 1), "all": (1, 0)}.items()):
        client(running).create_sampling_rule(
            SamplingRule=rule(f"{name}-{path}", name, f"/{path}/*", rate, reservoir, 100 + number))
    environment = clean_environment(AWS_XRAY_DAEMON_ADDRESS=daemon[0], AWS_XRAY_CONTEXT_MISSING="LOG_ERROR")
    done = subprocess.run([sys.executable, "python/xray_app.py", name, str(REQUESTS)], cwd=HERE, env=environment,
                          capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    return {"name": name, "since": time.time() - 120, **json.loads(done.stdout)}


def test_rules_and_quotas_come_through(service):
    assert set(service["rules"]) >= {f"{service['name']}-{path}" for path in ("none", "once", "all")} | {"Default"}
    assert service["quota"] == 1


def test_segments_come_through(running, service):
    def found():
        expression = f'service("{service["name"]}") AND http.url CONTAINS "/all/"'
        so_far = summaries(client(running), service["since"], expression)
        return so_far if len(so_far) == REQUESTS else None

    shown = eventually(found, 30)
    whole = traces(client(running), [each["Id"] for each in shown])
    documents = [json.loads(segment["Document"]) for segments in whole.values() for segment in segments]
    own = [each for each in documents if each["name"] == service["name"]]
    assert len(own) == REQUESTS
    assert all(each["aws"]["xray"]["sdk"] == "X-Ray for Python" for each in own)
    assert summaries(client(running), service["since"],
                     f'service("{service["name"]}") AND http.url CONTAINS "/none/"') == []


def test_the_daemon_has_nothing_to_complain_of(daemon, service):
    log = daemon[1].read_text(errors="replace")
    assert "Successfully sent batch of" in log
    assert "[Error]" not in log, [line for line in log.splitlines() if "[Error]" in line]
