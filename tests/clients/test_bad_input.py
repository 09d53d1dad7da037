"""Whatever a client sends: a 4xx in the vendor's shape, of the request only; bounded memory; nobody else is hurt."""

import gzip
import json
import re
import time
import uuid
import zlib

import captures
import grpc
import honeycomb
import pytest
from google.rpc import status_pb2
from honeycomb import KEY
from raw_http import Connection, head, request

PROTOBUF = ("Content-Type", "application/x-protobuf")
JSON = ("Content-Type", "application/json")
TEAM = ("X-Honeycomb-Team", KEY)
TRACES = "/v1/traces"
BATCH = "/1/batch/bad"

# Words of our own inside that no client has any business with.
INSIDE = re.compile(r"clickhouse|chdb|sqlite|select |insert into|exception|\.cc|\.so|stack|/tmp|DB::|simdjson|nlohmann",
                    re.IGNORECASE)

GOOD = next(each for each in captures.load() if each.client == "seed-app").body
DEEP = b"[" * 10_000 + b"]" * 10_000
DEEP_ATTRIBUTE = b'{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":' + \
    b'{"arrayValue":{"values":[' * 10_000 + b'{"intValue":1}' + b"]}}" * 10_000 + b"}]}}]}"
BOMB = gzip.compress(b"\0" * (200 << 20))
LONG_LENGTH = b"\x0a\xff\xff\xff\xff\x03" + b"x" * 100  # a field that says it has 1 GB


def nested_protobuf(depth):
    """An attribute value of `depth` lists in lists."""
    value = b""
    for _ in range(depth):
        value = b"\x0a" + varint(len(value)) + value  # ArrayValue.values
        value = b"\x2a" + varint(len(value)) + value  # AnyValue.array_value
    attribute = b"\x0a\x01a\x12" + varint(len(value)) + value
    resource = b"\x0a" + varint(len(attribute)) + attribute
    spans = b"\x0a" + varint(len(resource)) + resource
    return b"\x0a" + varint(len(spans)) + spans


def varint(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


CASES = {
    "truncated protobuf": (TRACES, [PROTOBUF], GOOD[:-7]),
    "protobuf of noise": (TRACES, [PROTOBUF], bytes(range(255, 0, -1)) * 40),
    "a field of 1 GB": (TRACES, [PROTOBUF], LONG_LENGTH),
    "protobuf nested 10,000 deep": (TRACES, [PROTOBUF], nested_protobuf(10_000)),
    "JSON cut off": (TRACES, [JSON], b'{"resourceSpans":[{"resource":'),
    "JSON nested 10,000 deep": (TRACES, [JSON], DEEP),
    "OTLP JSON with values nested 10,000 deep": (TRACES, [JSON], DEEP_ATTRIBUTE),
    "JSON of another shape": (TRACES, [JSON], b'{"resourceSpans":7}'),
    "invalid UTF-8 in JSON": (TRACES, [JSON], b'{"resourceSpans":[{"schemaUrl":"\xff\xfe"}]}'),
    "an unknown content type": (TRACES, [("Content-Type", "text/csv")], b"a,b"),
    "no content type": (TRACES, [], b"a,b"),
    "gzip of noise": (TRACES, [PROTOBUF, ("Content-Encoding", "gzip")], b"\x1f\x8b" + b"noise" * 10),
    "gzip cut off": (TRACES, [PROTOBUF, ("Content-Encoding", "gzip")], gzip.compress(GOOD)[:-9]),
    "a gzip bomb": (TRACES, [PROTOBUF, ("Content-Encoding", "gzip")], BOMB),
    "a zlib bomb": (TRACES, [PROTOBUF, ("Content-Encoding", "deflate")], zlib.compress(b"\0" * (200 << 20))),
    "an unknown encoding": (TRACES, [PROTOBUF, ("Content-Encoding", "rot13")], GOOD),
    "batch: not an array": (BATCH, [TEAM, JSON], b'{"data":{}}'),
    "batch: nested 10,000 deep": (BATCH, [TEAM, JSON], b'[{"data":{"a":' + DEEP + b"}}]"),
    "batch: cut off": (BATCH, [TEAM, JSON], b'[{"data":{"a":1}}'),
    "batch: noise as msgpack": (BATCH, [TEAM, ("Content-Type", "application/msgpack")], b"\xdd\xff\xff\xff\xff\xc1"),
    "batch: a bomb": (BATCH, [TEAM, JSON, ("Content-Encoding", "gzip")], BOMB),
    "batch: no key": (BATCH, [JSON], b'[{"data":{"a":1}}]'),
    "event: empty": ("/1/events/bad", [TEAM, JSON], b""),
    "event: no object": ("/1/events/bad", [TEAM, JSON], b"[1,2]"),
    "query: cut off": ("/1/queries/__all__", [TEAM, JSON], b'{"calculations":['),
    "query: nested 10,000 deep": ("/1/queries/__all__", [TEAM, JSON], DEEP),
    "query: an unknown operation": ("/1/queries/__all__", [TEAM, JSON], b'{"calculations":[{"op":"DROP"}]}'),
    "query: quotes in an operator": ("/1/queries/__all__", [TEAM, JSON],
                                     b'{"filters":[{"column":"a","op":"\') OR 1=1 --","value":1}]}'),
    "query: all three times": ("/1/queries/__all__", [TEAM, JSON],
                               b'{"start_time":1,"end_time":2,"time_range":3}'),
}


def check_shape(path, headers, answer):
    status, answer_headers, body = answer
    assert 400 <= status < 500, (status, body[:300])
    text = body.decode(errors="replace")
    assert not INSIDE.search(text), text
    sent_as = dict(headers).get("Content-Type", "")
    if path == TRACES:
        if sent_as == PROTOBUF[1]:
            assert answer_headers["content-type"] == PROTOBUF[1]
            assert status_pb2.Status.FromString(body).message
        elif sent_as == JSON[1]:
            assert json.loads(text)["message"]
    else:
        assert json.loads(text)["error"]


@pytest.mark.parametrize("path, headers, body", CASES.values(), ids=CASES)
def test_is_answered(server, path, headers, body):
    check_shape(path, headers, request(server.http_address(), "POST", path, headers, body, timeout=30))


def test_memory_stays_bounded(server):
    """After every bomb several times over, the process is within its default bound."""
    for _ in range(3):
        for path, headers, body in CASES.values():
            request(server.http_address(), "POST", path, headers, body, timeout=30)
    assert server.memory_bytes() < 1536 << 20


@pytest.mark.parametrize("length", [1 << 30, 1 << 62])
def test_a_length_of_a_gigabyte_is_refused_at_once(server, length):
    with Connection(server.http_address()) as connection:
        connection.send(head("POST", TRACES, [("Host", "x"), PROTOBUF, ("Content-Length", length)]))
        status, _, body = connection.answer()
        assert status == 413
        assert status_pb2.Status.FromString(body).message


def test_an_endless_chunked_body_is_cut(server):
    with Connection(server.http_address(), timeout=30) as connection:
        connection.send(head("POST", TRACES, [("Host", "x"), PROTOBUF, ("Transfer-Encoding", "chunked")]))
        block = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        try:
            for _ in range(2000):
                connection.send(block)
        except ConnectionError:
            return  # cut while sending: as good
        assert connection.answer()[0] == 413


@pytest.mark.parametrize("raw", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/9.9\r\n\r\n",
    b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456",
    b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET / HTTP/1.1\r\n" + b"X-Long: " + b"y" * 100_000 + b"\r\n\r\n",
], ids=["TLS", "version", "two lengths", "negative length", "bad chunk", "long head"])
def test_malformed_http(server, raw):
    with Connection(server.http_address()) as connection:
        try:
            connection.send(raw)
            status = connection.answer()[0]
        except (EOFError, ConnectionError):
            return  # closed without a word: HTTP allows it
        assert 400 <= status < 500 or status == 505


def test_slow_and_half_open_clients_hold_up_nobody(server):
    slow = [Connection(server.http_address()) for _ in range(200)]
    for connection in slow:
        connection.send(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Le")
    begin = time.monotonic()
    assert request(server.http_address(), "POST", TRACES, [JSON], b"{}")[0] == 200
    assert time.monotonic() - begin < 2
    assert slow[0].is_closed(timeout=20), "a head that never ends is given up"
    for connection in slow:
        connection.close()


def test_grpc_noise(server):
    path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    with grpc.insecure_channel(server.grpc) as channel:
        for noise in (GOOD[:-7], LONG_LENGTH, nested_protobuf(10_000)):
            with pytest.raises(grpc.RpcError) as error:
                channel.unary_unary(path)(noise, timeout=15)
            assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
            assert not INSIDE.search(error.value.details())
        with pytest.raises(grpc.RpcError) as error:
            channel.unary_unary("/some.Service/Method")(b"", timeout=15)
        assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_one_clients_centuries_do_not_fail_anothers_commit(server):
    dataset = f"times-{uuid.uuid4().hex[:6]}"
    century = [{"time": f"{year}-01-01T00:00:00Z", "data": {"year": year}} for year in range(1930, 2200)]
    status, _, answer = request(server.http_address(), "POST", f"/1/batch/{dataset}", [TEAM, JSON],
                                json.dumps([*century, {"data": {"year": 0}}]).encode())
    assert status == 200
    assert len(json.loads(answer)) == 271
    assert honeycomb.count(server.url, honeycomb.equal("year", 0), dataset=dataset) == 1


def test_a_query_that_asks_for_everything(server):
    spec = {"calculations": [{"op": op, "column": "duration_ms"} for op in ("P50", "P99", "HEATMAP", "COUNT_DISTINCT")],
            "breakdowns": ["trace.trace_id", "trace.span_id", "name", "service.name", "body"], "limit": 1000,
            "start_time": 0, "end_time": 4_000_000_000}
    try:
        data = honeycomb.query(server.url, spec, timeout=60)
        assert len(data["results"]) <= 1000
    except honeycomb.Refused as refused:
        assert 400 <= refused.status < 500
        assert not INSIDE.search(refused.body)
    assert honeycomb.count(server.url) >= 0


def test_it_is_counted_with_its_reason(server):
    """What was refused above is on the page of the rejected, with reasons."""
    _, _, counted = honeycomb.call(server.url, "GET", "/api/v1/rejected")
    reasons = json.dumps(counted)
    assert "malformed" in reasons or "protobuf" in reasons, reasons
