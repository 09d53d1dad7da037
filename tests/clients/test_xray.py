"""X-Ray as its clients see it: captured datagrams and calls, the SDK for Python, boto3; before and after a restart."""

import json
import signal
import socket
import time
from pathlib import Path

import pytest
from server import Server

boto3 = pytest.importorskip("boto3")
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402

CAPTURES = [json.loads(line) for line in
            (Path(__file__).resolve().parent.parent / "captures" / "xray.jsonl").read_text().splitlines()]
DATAGRAMS = [each for each in CAPTURES if each["port"] == "xray-udp"]
BEGIN, END = 1795345200, 1795347600  # the captures' clocks, with a margin


def client(server):
    return boto3.client("xray", endpoint_url=server.url, region_name="us-east-1", aws_access_key_id="a",
                        aws_secret_access_key="b", config=Config(retries={"max_attempts": 1}))


def send(server, *datagrams):
    host, _, port = server.xray.rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        for each in datagrams:
            udp.sendto(each if isinstance(each, bytes) else each.encode(), (host, int(port)))


def eventually(ask, seconds=15):
    """The first true answer."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer or time.monotonic() > end:
            assert answer
            return answer
        time.sleep(0.05)


def traces(xray, ids):
    found = []
    for first in range(0, len(ids), 5):
        found += xray.batch_get_traces(TraceIds=ids[first:first + 5])["Traces"]
    return {each["Id"]: each["Segments"] for each in found}


def document_of(datagram):
    return json.loads(datagram["body"].split("\n", 1)[1])


@pytest.fixture(scope="module")
def sent(server):
    send(server, *(each["body"] for each in DATAGRAMS))
    ids = sorted({each["holds"]["trace_id"] for each in DATAGRAMS})
    eventually(lambda: len(traces(client(server), ids)) == len(ids))
    return ids


def test_every_captured_segment_is_there(server, sent):
    found = traces(client(server), sent)
    for each in DATAGRAMS:
        holds = each["holds"]
        segments = found[holds["trace_id"]]
        if holds["type"] == "segment":
            entry = next(one for one in segments if one["Id"] == holds["id"])
            assert json.loads(entry["Document"])["name"] == document_of(each)["name"]
        else:
            assert any(f'"{holds["id"]}"' in one["Document"] for one in segments)


def test_a_segment_alone_is_given_back_byte_for_byte(server, sent):
    found = traces(client(server), sent)
    whole = [each for each in DATAGRAMS if each["client"] == "seed-app" and each["holds"]["type"] == "segment"]
    assert whole
    for each in whole:
        entry = next(one for one in found[each["holds"]["trace_id"]] if one["Id"] == each["holds"]["id"])
        assert entry["Document"] == each["body"].split("\n", 1)[1]


def test_streamed_subsegments_are_nested_into_their_segment(server, sent):
    streamed = [each for each in DATAGRAMS if each["holds"]["type"] == "subsegment"]
    assert streamed
    for trace in {each["holds"]["trace_id"] for each in streamed}:
        found = [json.loads(each["Document"]) for each in traces(client(server), [trace])[trace]]
        nested = {part["id"]: part for document in found for part in parts_below(document)}
        for each in streamed:
            if each["holds"]["trace_id"] != trace:
                continue
            part = nested[each["holds"]["id"]]
            assert part["name"] == document_of(each)["name"]
            assert "trace_id" not in part and "parent_id" not in part and "type" not in part


def parts_below(part):
    for each in part.get("subsegments", []):
        yield each
        yield from parts_below(each)


def summaries(xray, **more):
    pages = xray.get_paginator("get_trace_summaries").paginate(StartTime=BEGIN, EndTime=END, **more)
    return [each for page in pages for each in page["TraceSummaries"]]


def test_summaries_are_those_of_the_range(server, sent):
    inside = {each["holds"]["trace_id"] for each in DATAGRAMS}
    assert {each["Id"] for each in summaries(client(server))} == inside


def test_filters(server, sent):
    xray = client(server)
    bodies = [document_of(each) for each in DATAGRAMS]
    roots = [each for each in bodies if each.get("type") != "subsegment" and "parent_id" not in each]
    faulty = {each["trace_id"] for each in roots if each.get("fault")}
    assert faulty
    assert {each["Id"] for each in summaries(xray, FilterExpression="fault")} >= faulty
    annotated = {each["trace_id"] for each in bodies if each.get("annotations", {}).get("handle") == "worf"}
    assert {each["Id"] for each in summaries(xray, FilterExpression='annotation.handle = "worf"')} == annotated
    assert summaries(xray, FilterExpression='service("nowhere")') == []
    with pytest.raises(ClientError, match="InvalidRequestException"):
        summaries(xray, FilterExpression="service(")


NAMES = ["Cruddur", "sts", "DynamoDB", "shop-otlp", "payments", "127.0.0.1:4567", "nowhere"]
EXPRESSIONS = [
    "fault", "fault = true", "fault = false", "error", "throttle", "ok", "ok = false", "!ok", "!fault AND !error",
    "partial", "inferred", "responsetime > 0.01", "responsetime < 0.01", "responsetime >= 0", "duration > 0.05",
    "http.status = 500", "http.status != 200", "http.status >= 400 AND http.status < 500", "http.status",
    'http.url CONTAINS "api"', 'http.url ENDSWITH "nothing"', "http.url", 'http.method = "GET"', 'http.method != "GET"',
    'http.useragent CONTAINS "py"', 'http.clientip = "127.0.0.1"', 'user = "worf"', "user",
    'annotation.handle = "worf"', 'annotation.handle != "worf"', "annotation.handle", "!annotation.handle",
    "annotation.number > 1", "annotation.number < 1000", "annotation.flag = true", "annotation.cart.total > 3",
    'annotation[http.method] = "GET"',
    "rootcause.fault.service", 'rootcause.error.entity { name CONTAINS "a" }', "rootcause.responsetime.service",
    'fault OR annotation.handle = "worf"', 'service() { fault }', 'service(id(type: "AWS::sts"))',
    'service(id(type: "client"))', 'edge("Cruddur", "sts")', 'edge("shop-otlp", "payments") { error }',
    'edge(id(name: "Cruddur", type: "client"), "Cruddur")', 'account.id = "123456789012"', 'name = "Cruddur"',
    *(f'service("{name}")' for name in NAMES), *(f'service("{name}") {{ fault }}' for name in NAMES[:3])]


@pytest.fixture(scope="module")
def with_spans(server, sent):
    """Spans of OTLP beside the segments: a request that calls another service and fails, and one in progress here."""
    import urllib.request

    def span(place, kind, parent="", **attributes):
        values = [{"key": key.replace("__", "."), "value": {"intValue" if isinstance(value, int) else "doubleValue"
                   if isinstance(value, float) else "stringValue": value}} for key, value in attributes.items()]
        return {"traceId": f"{BEGIN:08x}" + "5" * 24, "spanId": f"{place:016x}", "parentSpanId": parent, "kind": kind,
                "name": f"span {place}", "startTimeUnixNano": str((BEGIN + 60) * 10**9 + place),
                "endTimeUnixNano": str((BEGIN + 61) * 10**9), "attributes": values,
                "status": {"code": 2 if place == 2 else 0}}

    spans = [span(1, 2, http__method="GET", http__status_code=404, cart__total=12.5, enduser__id="worf"),
             span(2, 3, f"{1:016x}", peer__service="payments", http__response__status_code=500, number=7)]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop-otlp"}}]}
    body = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]}
    request = urllib.request.Request(server.url + "/v1/traces", json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
    half = {"name": "half", "id": "00000000000000cc", "trace_id": f"1-{BEGIN:08x}-{'6' * 24}", "start_time": BEGIN + 60,
            "in_progress": True, "annotations": {"handle": "worf", "number": 3, "flag": True},
            "http": {"response": {"status": 503}, "request": {"method": "GET", "url": "http://api/half"}}}
    client(server).put_trace_segments(TraceSegmentDocuments=[json.dumps(half)])
    return half["trace_id"]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_the_store_leaves_out_does_not_fit(server, with_spans, expression):
    """`partial AND !partial` fits nothing, but with it the store can leave nothing out: all traces are looked at."""
    xray = client(server)
    narrowed = {each["Id"] for each in summaries(xray, FilterExpression=expression)}
    assert narrowed == {each["Id"] for each in summaries(
        xray, FilterExpression=f"({expression}) OR (partial AND !partial)")}


def test_filters_find_what_is_in_progress_and_what_otlp_sent(server, with_spans):
    xray = client(server)
    otlp = f"1-{BEGIN:08x}-{'5' * 24}"

    def found(expression):
        return {each["Id"] for each in summaries(xray, FilterExpression=expression)}

    assert with_spans in found('annotation.number = 3 AND annotation.flag AND service("half")')
    assert found('service("payments") { fault }') == {otlp}
    assert found("annotation.cart.total > 3") == {otlp}
    assert found('http.status = 404 AND user = "worf"') == {otlp}


def test_the_graph_counts_each_segment_once(server, sent):
    graph = client(server).get_service_graph(StartTime=BEGIN, EndTime=END)
    segments = {(each["holds"]["trace_id"], each["holds"]["id"]): document_of(each)["name"] for each in DATAGRAMS
                if each["holds"]["type"] == "segment"}
    for name in set(segments.values()):
        nodes = [each for each in graph["Services"] if each["Name"] == name and each.get("Type") != "client"
                 and "Root" in each]
        assert sum(each["SummaryStatistics"]["TotalCount"] for each in nodes) == list(segments.values()).count(name)
    sts = next(each for each in graph["Services"] if each["Name"] == "sts")
    assert sts["Type"] == "AWS::sts"


def test_calls_of_sdks_on_tcp_are_answered_without_signature(server):
    import urllib.request

    for each in CAPTURES:
        if each["port"] != "xray-tcp":
            continue
        path = each["request_line"].split()[1]
        request = urllib.request.Request(f"http://{server.xray}{path}", each["body"].encode(), method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = json.loads(answer.read())
        assert answer.status == 200
        if path == "/GetSamplingRules":
            assert body["SamplingRuleRecords"][-1]["SamplingRule"]["RuleName"] == "Default"


def page(server, path):
    import urllib.request

    with urllib.request.urlopen(server.url + "/api/v1/" + path, timeout=10) as answer:
        return json.loads(answer.read())


def refused(server):
    """Datagrams that the page lists as rejected: reason → how many."""
    return {each["reason"]: int(each["records"]) for each in page(server, "rejected")["rejected"]
            if each["protocol"] == "xray/udp"}


def accepted(server):
    return next(int(each["accepted"]) for each in page(server, "status")["clients"] if each["client"] == "xray")


def datagram(number, **more):
    document = {"name": "flood", "id": f"{number + 1:016x}", "trace_id": f"1-6b02ffff-{number + 1:024x}",
                "start_time": END + 3_600, "end_time": END + 3_601, **more}
    return '{"format":"json","version":1}\n' + json.dumps(document)


def test_datagrams_that_are_none_are_counted_and_harm_nobody(tmp_path):
    with Server(tmp_path) as server:
        send(server, b"", b"x", b"{}\n{}", b'{"format":"json","version":1}\n{"id":', b"\xff" * 2000)
        send(server, datagram(1, id="1"))
        send(server, *[b"garbage"] * 20_000)
        send(server, datagram(0))
        eventually(lambda: accepted(server) == 1)
        counts = refused(server)
        assert counts["ParseError"] == 1
        assert counts["InvalidId"] == 1
        assert sum(counts.values()) == 20_006
        shown = next(each for each in page(server, "rejected")["rejected"] if each["reason"] == "MissingHeader")
        assert shown["client"].startswith("127.0.0.1:") and shown["remedy"]
        assert "[critical]" not in server.logged()


def test_a_flood_is_counted_to_the_last_datagram(tmp_path):
    """The server stands still while more comes than its buffer holds: what was lost and what came add up."""
    with Server(tmp_path) as server:
        server.process.send_signal(signal.SIGSTOP)
        sent = 40_000
        send(server, *(datagram(number, metadata={"default": {"filling": "x" * 900}}) for number in range(sent)))
        server.process.send_signal(signal.SIGCONT)
        eventually(lambda: accepted(server) > 0)

        def counted():
            # The kernel tells how many it dropped with the datagrams that come after them.
            send(server, datagram(sent))
            time.sleep(0.2)
            return sum(refused(server).values()) > 0 and accepted(server) > 0

        eventually(counted)
        eventually(lambda: accepted(server) + sum(refused(server).values()) > sent)
        assert set(refused(server)) <= {"socket buffer full", "datagram queue full"}
        last = f"1-6b02ffff-{sent + 1:024x}"
        assert traces(client(server), [last])
        (step,) = client(server).get_time_series_service_statistics(
            StartTime=END, EndTime=END + 7_200, Period=7_200,
            EntitySelectorExpression='service("flood")')["TimeSeriesServiceStatistics"]
        copies = accepted(server) + sum(refused(server).values()) - sent  # of the last one: it is one segment
        assert step["ServiceSummaryStatistics"]["TotalCount"] == accepted(server) - copies + 1


def test_a_restart_keeps_all(tmp_path):
    with Server(tmp_path) as first:
        send(first, *(each["body"] for each in DATAGRAMS[:5]))
        ids = sorted({each["holds"]["trace_id"] for each in DATAGRAMS[:5]})
        before = eventually(lambda: (lambda f: f if len(f) == len(ids) else None)(traces(client(first), ids)))
        client(first).create_group(GroupName="Cruddur", FilterExpression='service("backend-flask")')
    with Server(tmp_path) as second:
        assert traces(client(second), ids) == before
        assert client(second).get_group(GroupName="Cruddur")["Group"]["FilterExpression"] == 'service("backend-flask")'
