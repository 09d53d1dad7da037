"""Every captured request is sent again byte for byte; what the API then shows is compared with what OpenTelemetry's own
decoder reads in it."""

import captures
import grpc
import honeycomb
import pytest
from captures import TIME_RANGE
from honeycomb import equal
from raw_http import Connection, chunked

CAPTURES = list(captures.load())


def replay_http(server, capture):
    with Connection(server.http_address()) as connection:
        head = capture.request_line + "\r\n" + "".join(f"{k}: {v}\r\n" for k, v in capture.headers) + "\r\n"
        connection.send(head.encode("latin-1") + (chunked(capture.body) if capture.is_chunked else capture.body))
        return connection.answer()


def replay_grpc(server, capture):
    """The same message bytes by grpcio, compressed where the capture was."""
    message = capture.message().SerializeToString() if capture.body[0] else capture.body[5:]
    compression = grpc.Compression.Gzip if capture.body[0] else grpc.Compression.NoCompression
    own = {"user-agent", "content-type", "te", "grpc-encoding", "grpc-accept-encoding", "accept-encoding",
           "grpc-timeout", "content-length"}
    metadata = [(k.lower(), v) for k, v in capture.headers if not k.startswith(":") and k.lower() not in own]
    with grpc.insecure_channel(server.grpc) as channel:
        call = channel.unary_unary(capture.header(":path"))
        return call(message, metadata=metadata, timeout=15, compression=compression)


@pytest.fixture(scope="module")
def replayed(server):
    """Everything sent once, in the captures' order: number → the answer."""
    return {each.number: replay_http(server, each) if each.port == "http" else replay_grpc(server, each)
            for each in CAPTURES}


def of(signal):
    chosen = [each for each in CAPTURES if each.signal == signal]
    return pytest.mark.parametrize("capture", chosen, ids=lambda each: each.name)


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda each: each.name)
def test_answer(replayed, capture):
    answer = replayed[capture.number]
    if capture.port == "grpc":
        assert answer == b""
        return
    status, headers, body = answer
    wanted = capture.header("content-type")
    assert (status, headers["content-type"], body) == (200, wanted, b"{}" if "json" in wanted else b"")


@of("spans")
def test_spans(server, replayed, capture):
    sent = list(captures.spans(capture.message()))
    assert len(sent) == capture.holds["spans"]
    columns = ["name", "trace.parent_id", "status_code", "span.num_events", "duration_ms"]
    found = {}
    for trace_id in {span.trace_id.hex() for span in sent}:
        for row in honeycomb.spans(server.url, trace_id, *columns, **TIME_RANGE):
            found[row["trace.span_id"]] = row
    for span in sent:
        row = found[span.span_id.hex()]
        assert row["name"] == span.name
        assert (row.get("trace.parent_id") or "") == span.parent_span_id.hex()
        assert row["status_code"] == span.status.code
        assert row["span.num_events"] == len(span.events)
        assert row["duration_ms"] == pytest.approx((span.end_time_unix_nano - span.start_time_unix_nano) / 1e6)


@of("spans")
def test_span_attributes(server, replayed, capture):
    """Each scalar attribute of each span is found under its own name with its own value."""
    sent = list(captures.spans(capture.message()))
    for span in sent[:4]:
        scalars = {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes
                   if a.value.WhichOneof("value") in ("string_value", "int_value", "double_value", "bool_value")}
        if not scalars:
            continue
        rows = honeycomb.spans(server.url, span.trace_id.hex(), *scalars, **TIME_RANGE)
        row = next(each for each in rows if each["trace.span_id"] == span.span_id.hex())
        assert {key: row.get(key) for key in scalars} == scalars


@of("log_records")
def test_logs(server, replayed, capture):
    sent = list(captures.log_records(capture.message()))
    assert len(sent) == capture.holds["log_records"]
    for record in sent:
        if record.body.WhichOneof("value") != "string_value":
            continue
        filters = [equal("meta.signal_type", "log"), equal("body", record.body.string_value)]
        if record.trace_id:
            filters.append(equal("trace.trace_id", record.trace_id.hex()))
        assert honeycomb.count(server.url, *filters, **TIME_RANGE) >= 1, record


@of("metrics")
def test_metrics(server, replayed, capture):
    sent = list(captures.metrics(capture.message()))
    assert len(sent) == capture.holds["metrics"]
    for metric in sent:
        column = metric.name if metric.WhichOneof("data") in ("gauge", "sum") else f"{metric.name}.count"
        filters = [equal("meta.signal_type", "metric"), {"column": column, "op": "exists"}]
        assert honeycomb.count(server.url, *filters, **TIME_RANGE) >= 1, metric.name


def test_nothing_more_and_nothing_less(server, replayed):
    held = {name: sum(each.holds.get(name, 0) for each in CAPTURES) for name in ("spans", "span_events", "log_records")}
    found = {
        "spans": honeycomb.count(server.url, *honeycomb.SPANS_ONLY, **TIME_RANGE),
        "span_events": honeycomb.count(server.url, equal("meta.signal_type", "trace"),
                                       equal("meta.annotation_type", "span_event"), **TIME_RANGE),
        "log_records": honeycomb.count(server.url, equal("meta.signal_type", "log"), **TIME_RANGE),
    }
    assert found == held
