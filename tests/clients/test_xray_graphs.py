"""The service graph over starts and deaths of the server: what is kept of it is saved, read back, and compared with
what came since."""

import json
import random
import signal
import time

import pytest
from server import Server

pytest.importorskip("boto3")
from test_xray import client, eventually

TRACES = 120


def trace(number, at, segments=True):
    """A request of `web` that calls `orders`; every tenth failed."""
    chance = random.Random(number)
    ids = [f"{chance.getrandbits(64):016x}" for _ in range(3)]
    of_all = {"trace_id": f"1-{int(at):08x}-{chance.getrandbits(96):024x}", "fault": number % 10 == 0}
    web = {**of_all, "id": ids[0], "name": "web", "start_time": at, "end_time": at + 0.25, "subsegments": [
        {"id": ids[1], "name": "orders", "namespace": "remote", "start_time": at, "end_time": at + 0.2,
         "fault": of_all["fault"]}]}
    orders = {**of_all, "id": ids[2], "parent_id": ids[1], "name": "orders", "start_time": at + 0.01,
              "end_time": at + 0.125}
    return ([web] if segments else []) + [orders]


def put(server, documents):
    xray = client(server)
    for first in range(0, len(documents), 50):
        answer = xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(d) for d in documents[first:first + 50]])
        assert answer["UnprocessedTraceSegments"] == []


def graph(server, since):
    answer = client(server).get_service_graph(StartTime=since, EndTime=time.time() + 60)
    nodes = {each["ReferenceId"]: f'{each["Name"]} {each.get("Type", "")}' for each in answer["Services"]}
    return {nodes[each["ReferenceId"]]: {
        "requests": each.get("SummaryStatistics"),
        "calls": {nodes[edge["ReferenceId"]]: edge["SummaryStatistics"] for edge in each["Edges"]}}
        for each in answer["Services"]}


def total(of_graph, node="web "):
    return of_graph[node]["requests"]["TotalCount"]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_graph_is_the_same_after_an_end_of_the_server(tmp_path, end):
    since = int(time.time()) - 1_800
    documents = [d for n in range(TRACES) for d in trace(n, since + 60 + n)]
    late = trace(7_000, since + 500)
    server = Server(tmp_path)
    with server:
        put(server, documents + late[1:])
        before = graph(server, since)
        assert total(before) == TRACES
        assert before["web "]["requests"]["FaultStatistics"]["TotalCount"] == TRACES // 10
        assert before["web "]["calls"]["orders "]["TotalCount"] == TRACES
        assert total(before, "orders ") == TRACES + 1
        time.sleep(5)  # it is saved, at the latest, with the second look at what came
        server.process.send_signal(end)
        server.process.wait(20)
    with Server(tmp_path) as again:
        eventually(lambda: f"the graphs of {TRACES + 1} traces" in again.logged())
        assert graph(again, since) == before
        # The caller of a request that was saved comes late; and more that is new.
        put(again, late[:1] + [d for n in range(TRACES, TRACES + 30) for d in trace(n, since + 700 + n)])
        after = graph(again, since)
        assert total(after) == TRACES + 31
        assert after["web "]["calls"]["orders "]["TotalCount"] == TRACES + 31
        assert total(after, "orders ") == TRACES + 31
        assert "orders client" in before
        assert "orders client" not in after
    with Server(tmp_path) as third:
        assert graph(third, since) == after


def test_a_graph_of_other_protocols_is_kept_too(tmp_path):
    """Spans alone: the first question makes the index, a later start finds it, and what came meanwhile."""
    import requests

    since = int(time.time()) - 600

    def span(number):
        chance = random.Random(number)
        return {"traceId": f"{chance.getrandbits(128):032x}", "spanId": f"{chance.getrandbits(64):016x}",
                "name": "GET /", "kind": 2, "startTimeUnixNano": str((since + 60 + number) * 10**9),
                "endTimeUnixNano": str((since + 61 + number) * 10**9)}

    def export(server, numbers):
        body = {"resourceSpans": [{"resource": {"attributes": [
            {"key": "service.name", "value": {"stringValue": "shop"}}]},
            "scopeSpans": [{"spans": [span(number) for number in numbers]}]}]}
        assert requests.post(server.url + "/v1/traces", json=body, timeout=10).status_code == 200

    with Server(tmp_path) as server:
        export(server, range(40))
        before = graph(server, since)
        assert total(before, "shop ") == 40
        time.sleep(5)
    with Server(tmp_path) as again:
        eventually(lambda: "the graphs of 40 traces" in again.logged())
        export(again, range(40, 50))
        assert eventually(lambda: total(graph(again, since), "shop ") == 50)


def test_traces_of_one_second_may_be_larger_than_an_answer_of_the_store(tmp_path):
    """With so little memory an answer has some MB; a burst of large segments has 18."""
    since = int(time.time()) - 600
    documents = [d for n in range(300) for d in trace(n, since + 60)]
    for document in documents:
        document["metadata"] = {"default": {"text": f"{document['id']} " * 1_800}}
    with Server(tmp_path, "--max-memory", "512MiB") as server:
        put(server, documents)
        assert total(graph(server, since)) == 300
        pages = client(server).get_paginator("get_trace_summaries").paginate(StartTime=since, EndTime=since + 120)
        ids = [each["Id"] for page in pages for each in page["TraceSummaries"]]
        assert len(ids) == len(set(ids)) == 300
