"""How the HTTP port behaves towards any client: connections, bodies, browsers."""

import gzip
import json
import uuid

import honeycomb
import pytest
import zstandard
from honeycomb import KEY, equal
from raw_http import Connection, chunked, head, request

JSON = ("Content-Type", "application/json")
TEAM = ("X-Honeycomb-Team", KEY)
EMPTY = b'{"resourceSpans":[]}'


def batch(n):
    return json.dumps([{"data": {"n": n}}]).encode()


def field(name, value):
    return (name, str(value))


def test_keep_alive(server):
    with Connection(server.http_address()) as connection:
        for _ in range(5):
            connection.send(head("POST", "/v1/traces", [field("Host", "x"), JSON, field("Content-Length", len(EMPTY))])
                            + EMPTY)
            status, headers, body = connection.answer()
            assert (status, body) == (200, b"{}")
            assert headers.get("connection", "keep-alive").lower() == "keep-alive"


def test_pipelined_requests_are_answered_in_order(server):
    dataset = f"piped-{uuid.uuid4().hex[:6]}"
    requests = b""
    for n in range(8):
        body = batch(n) if n % 2 == 0 else b"not json"
        requests += head("POST", f"/1/batch/{dataset}", [field("Host", "x"), TEAM, JSON,
                                                         field("Content-Length", len(body))]) + body
    with Connection(server.http_address()) as connection:
        connection.send(requests)
        assert [connection.answer()[0] for _ in range(8)] == [200, 400] * 4
    assert honeycomb.count(server.url, dataset=dataset) == 4


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_chunked_body(server, size):
    dataset = f"chunked-{uuid.uuid4().hex[:6]}"
    with Connection(server.http_address()) as connection:
        fields = [field("Host", "x"), TEAM, JSON, field("Transfer-Encoding", "chunked")]
        connection.send(head("POST", f"/1/batch/{dataset}", fields) + chunked(batch(1), size))
        assert connection.answer()[0] == 200
    assert honeycomb.count(server.url, dataset=dataset) == 1


def test_expect_100_continue(server):
    fields = [field("Host", "x"), JSON, field("Content-Length", len(EMPTY)), field("Expect", "100-continue")]
    with Connection(server.http_address()) as connection:
        connection.send(head("POST", "/v1/traces", fields))
        assert connection.answer()[0] == 100
        connection.send(EMPTY)
        assert connection.answer()[0] == 200


@pytest.mark.parametrize("encoding, compress", [
    ("gzip", gzip.compress),
    ("zstd", zstandard.compress),
    ("gzip", lambda body: gzip.compress(body[:5]) + gzip.compress(body[5:])),
], ids=["gzip", "zstd", "gzip-of-two-members"])
def test_compressed_batch(server, encoding, compress):
    dataset = f"packed-{uuid.uuid4().hex[:6]}"
    body = compress(batch(7))
    status, _, answer = request(server.http_address(), "POST", f"/1/batch/{dataset}",
                                [TEAM, JSON, ("Content-Encoding", encoding)], body)
    assert (status, json.loads(answer)) == (200, [{"status": 202}])
    assert honeycomb.count(server.url, equal("n", 7), dataset=dataset) == 1


def test_answers_are_gzipped_for_those_who_take_it(server):
    _, headers, body = request(server.http_address(), "GET", "/", [("Accept-Encoding", "gzip")])
    assert headers.get("content-encoding") == "gzip"
    assert b"<html" in gzip.decompress(body).lower()


def test_ingest_takes_browsers_of_any_origin(server):
    origin = ("Origin", "https://shop.example")
    for path in ("/v1/traces", "/1/events/web"):
        status, headers, _ = request(server.http_address(), "OPTIONS", path, [
            origin, ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type,x-honeycomb-team,traceparent")])
        assert status in (200, 204)
        assert headers["access-control-allow-origin"] in ("*", "https://shop.example")
        assert "POST" in headers["access-control-allow-methods"]
        assert "x-honeycomb-team" in headers["access-control-allow-headers"].lower()
    status, headers, _ = request(server.http_address(), "POST", "/v1/traces", [origin, JSON], EMPTY)
    assert status == 200
    assert headers["access-control-allow-origin"] in ("*", "https://shop.example")


def test_reading_is_for_the_page_alone(server):
    for path in ("/1/datasets", "/api/v1/services", "/"):
        _, headers, _ = request(server.http_address(), "GET", path, [("Origin", "https://evil.example"), TEAM])
        assert "access-control-allow-origin" not in headers, path


def test_a_name_that_is_not_this_servers_is_refused(server):
    """DNS rebinding: the page of evil.example, resolved to 127.0.0.1, may not read."""
    with Connection(server.http_address()) as connection:
        connection.send(head("GET", "/", [("Host", "evil.example")]))
        assert 400 <= connection.answer()[0] < 500


def test_unbuilt_honeycomb_routes_speak_honeycombs_shape(server):
    for method, path in [("GET", "/1/boards"), ("POST", "/1/triggers/x"), ("GET", "/1/nothing/of/this/name")]:
        with pytest.raises(honeycomb.Refused) as refused:
            honeycomb.call(server.url, method, path, {} if method == "POST" else None)
        assert 400 <= refused.value.status < 500
        assert json.loads(refused.value.body)["error"]
