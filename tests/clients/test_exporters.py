"""Unmodified clients at today's versions send; Honeycomb's API finds what they sent."""

import json
import subprocess
import sys
import uuid
from pathlib import Path

import honeycomb
import pytest
from honeycomb import equal
from server import clean_environment

HERE = Path(__file__).parent

CLIENTS = {
    "python-http": ([sys.executable, "python/otlp_app.py", "http"], {}),
    "python-http-gzip": ([sys.executable, "python/otlp_app.py", "http"], {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}),
    "python-http-deflate": ([sys.executable, "python/otlp_app.py", "http"],
                            {"OTEL_EXPORTER_OTLP_COMPRESSION": "deflate"}),
    "python-grpc": ([sys.executable, "python/otlp_app.py", "grpc"], {}),
    "python-grpc-gzip": ([sys.executable, "python/otlp_app.py", "grpc"], {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}),
    "node-json": (["node", "node/otlp_app.mjs", "json"], {}),
    "node-json-gzip": (["node", "node/otlp_app.mjs", "json"], {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}),
    "node-protobuf": (["node", "node/otlp_app.mjs", "proto"], {}),
}


def run_client(command, **env):
    """What the client says that it sent; it must not have complained."""
    done = subprocess.run(command, cwd=HERE, env=clean_environment(**env), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    complaints = [line for line in done.stderr.splitlines() if "xport" in line or "rror" in line]
    assert not complaints, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module", params=CLIENTS)
def sent(request, server):
    """What one client sent, with the name of its service."""
    command, more = CLIENTS[request.param]
    service = f"cart-{request.param}-{uuid.uuid4().hex[:6]}"
    grpc = "grpc" in request.param
    said = run_client(command, OTEL_SERVICE_NAME=service, OTEL_EXPORTER_OTLP_TIMEOUT="10" if "python" in request.param
                      else "10000", OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{server.grpc}" if grpc else server.url,
                      OTEL_EXPORTER_OTLP_HEADERS=f"x-honeycomb-team={honeycomb.KEY}", **more)
    assert said["flushed"]
    return {**said, "service": service}


def test_spans(server, sent):
    found = honeycomb.spans(server.url, sent["trace_id"], "name", "trace.parent_id", "service.name", "error",
                            "status_message", "span.kind")
    assert len(found) == sent["spans"], found
    root = next(row for row in found if row["trace.span_id"] == sent["root_id"])
    assert root["name"] == "GET /cart"
    assert root.get("trace.parent_id") is None
    assert root["error"] is True
    assert root["status_message"] == "cart failed"
    assert root["span.kind"] == "server"
    children = [row for row in found if row is not root]
    assert {row["trace.parent_id"] for row in children} == {sent["root_id"]}
    assert {row["name"] for row in children} == {"SELECT cart"}
    assert {row["service.name"] for row in found} == {sent["service"]}


def test_dataset_is_the_service(server, sent):
    assert honeycomb.count(server.url, *honeycomb.SPANS_ONLY, dataset=sent["service"]) == sent["spans"]


def test_attributes_keep_their_types(server, sent):
    columns = ["http.response.status_code", "cart.total", "user.vip", "note"]
    found = honeycomb.spans(server.url, sent["trace_id"], *columns)
    root = next(row for row in found if row["trace.span_id"] == sent["root_id"])
    assert {name: root[name] for name in columns} == {
        "http.response.status_code": 500, "cart.total": 12.5, "user.vip": True, "note": "naïve — ünïcode ✓"}
    assert root["user.vip"] is True
    of_trace = equal("trace.trace_id", sent["trace_id"])
    at_least = {"column": "http.response.status_code", "op": ">=", "value": 500}
    assert honeycomb.count(server.url, of_trace, at_least, *honeycomb.SPANS_ONLY) == 1


def test_events_and_links(server, sent):
    of_trace = equal("trace.trace_id", sent["trace_id"])
    signal = equal("meta.signal_type", "trace")
    events = honeycomb.count(server.url, of_trace, signal, equal("meta.annotation_type", "span_event"))
    links = honeycomb.count(server.url, of_trace, signal, equal("meta.annotation_type", "link"))
    assert (events, links) == (sent["events"], sent["links"])
    assert honeycomb.count(server.url, of_trace, equal("name", "cart.read"), equal("lines", 3)) == 1


def test_exception_is_found_by_its_words(server, sent):
    of_trace = equal("trace.trace_id", sent["trace_id"])
    words = {"column": "exception.message", "op": "contains", "value": "out of socks"}
    event = [equal("name", "exception"), equal("trace.parent_id", sent["root_id"])]
    assert honeycomb.count(server.url, of_trace, words, *event) == 1


def test_logs(server, sent):
    spec = {"calculations": [{"op": "COUNT"}], "breakdowns": ["body", "severity"], "time_range": 7200,
            "filters": [equal("trace.trace_id", sent["trace_id"]), equal("meta.signal_type", "log")]}
    found = {row["body"]: row["severity"] for row in honeycomb.rows(server.url, spec)}
    assert sorted(found) == sorted(sent["logs"])
    assert found["cart failed for customer 77"] == "error"
    assert found["line 0 read"] == "info"


def test_metrics(server, sent):
    spec = {"calculations": [{"op": "MAX", "column": "carts_read"}, {"op": "MAX", "column": "cart_size.count"}],
            "filters": [equal("service.name", sent["service"]), equal("meta.signal_type", "metric")],
            "time_range": 7200}
    found = honeycomb.rows(server.url, spec)
    assert found, "no metric rows"
    assert found[0]["MAX(carts_read)"] == 5
    assert found[0]["MAX(cart_size.count)"] == 1


@pytest.mark.parametrize("command", [[sys.executable, "python/libhoney_app.py"], ["node", "node/libhoney_app.mjs"]],
                         ids=["libhoney-python", "libhoney-node"])
def test_libhoney(server, command):
    dataset = f"events {uuid.uuid4().hex[:8]}"
    said = run_client([*command, server.url, honeycomb.KEY, dataset])
    assert said["statuses"] == [202, 202, 202]
    slug = dataset.replace(" ", "-")
    spec = {"calculations": [{"op": "COUNT"}, {"op": "SUM", "column": "n"}], "time_range": 7200}
    found = honeycomb.rows(server.url, spec, dataset=slug)
    # Two events of sample rate 1 and one of rate 10 that has n = 3.
    assert found == [{"COUNT": 12, "SUM(n)": 1 + 2 + 10 * 3}]
