"""From the click to the SQL: React's page in Chromium, the back end in C++ and its PostgreSQL. One id is in what the
browser, the back end and the database's client told, by every vendor's API and on the server's own page."""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

import honeycomb
import pytest
from server import ROOT, Server
from test_example import client, documents, eventually, rollbar

sys.path.insert(0, str(ROOT / "examples" / "cruddur-cpp"))
import local
import local_cpp
import local_postgres

MESSAGE = "Tea, Earl Grey, hot."
FRONT_END, BACK_END = "frontend-react-js", local_cpp.BackEnd.service
pytestmark = pytest.mark.skipif(bool(local_postgres.missing()), reason=local_postgres.missing())


def node(script, *arguments):
    done = subprocess.run(["node", ROOT / "tests" / "clients" / "node" / script, *arguments], capture_output=True,
                          text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def clicked(tmp_path_factory):
    """(server, trace id of each click by its button). The back end has ended, so that all it held is there."""
    local_cpp.build()
    with Server(tmp_path_factory.mktemp("data")) as server, tempfile.TemporaryFile() as log:
        port = local.free_port()
        with local_cpp.BackEnd(server.http, server.xray, log, front_end=f"http://localhost:{port}") as back_end:
            front_end = local.FrontEnd(server.http, back_end.url, log, port).start()
            try:
                eventually(lambda: local.listens(port), 60)
                told = node("cruddur_click.mjs", front_end.url, MESSAGE)
            finally:
                front_end.stop()
        log.seek(0)
        said = log.read().decode()
        assert "not delivered" not in said and "not sent" not in said
        yield server, {each["click"]: each["trace_id"] for each in told}


@dataclass
class Span:
    name: str
    service: str
    span_id: str
    children: list = field(default_factory=list)

    def shape(self):
        """Names alone, as nested lists."""
        return [self.name, *(each.shape() for each in self.children)]


def tree(server, trace_id, wanted):
    """The trace's root by Honeycomb's API, once it has `wanted` spans; of a span and its segment, the span."""
    rows = []

    def asked():
        rows[:] = [each for each in honeycomb.spans(server.url, trace_id, "name", "service.name", "trace.parent_id",
                                                    "library.name") if each.get("library.name")]
        return len(rows) >= wanted

    eventually(asked)
    assert len({each["trace.span_id"] for each in rows}) == len(rows) == wanted, rows
    spans = {each["trace.span_id"]: Span(each["name"], each["service.name"], each["trace.span_id"]) for each in rows}
    for each in rows:
        if each.get("trace.parent_id"):
            spans[each["trace.parent_id"]].children.append(spans[each["trace.span_id"]])
    (root,) = [spans[each["trace.span_id"]] for each in rows if not each.get("trace.parent_id")]
    return root


def xray_id(trace_id):
    return f"1-{trace_id[:8]}-{trace_id[8:]}"


def below(document):
    for each in document.get("subsegments", []):
        yield each
        yield from below(each)


def test_a_click_is_one_trace_down_to_the_sql(clicked):
    server, traces = clicked
    root = tree(server, traces["Worf"], 5)
    assert root.shape() == ["click Worf", ["GET", ["GET /api/activities/@<string:handle>",
                                                   ["mock-data", ["SELECT feed"]]]]]
    assert [root.service, root.children[0].service] == [FRONT_END] * 2
    assert root.children[0].children[0].service == BACK_END
    written = tree(server, traces["Crud"], 4)
    assert written.shape() == ["write", ["POST", ["POST /api/activities", ["INSERT activities SELECT users"]]]]


def test_the_statement_is_told_without_what_was_written(clicked):
    server, traces = clicked
    spec = {"calculations": [{"op": "COUNT"}], "time_range": 3600, "limit": 10,
            "breakdowns": ["db.system.name", "db.namespace", "db.query.summary", "db.query.text", "server.address",
                           "db.response.returned_rows", "span.kind"],
            "filters": [honeycomb.equal("trace.trace_id", traces["Crud"]),
                        honeycomb.equal("library.name", "cruddur.database")]}
    (row,) = honeycomb.rows(server.url, spec, BACK_END)
    assert row["db.query.text"].startswith("INSERT INTO activities (user_uuid, message, expires_at) SELECT uuid, $2,")
    assert {name: row[name] for name in spec["breakdowns"] if name != "db.query.text"} == {
        "db.system.name": "postgresql", "db.namespace": "cruddur", "db.query.summary": "INSERT activities SELECT users",
        "server.address": "127.0.0.1", "db.response.returned_rows": 1, "span.kind": "client"}


def test_xray_has_the_same_trace(clicked):
    server, traces = clicked
    found = documents(server, xray_id(traces["Worf"]))
    (front,) = [each for each in found if each["name"] == FRONT_END]
    back = [each for each in found if each["name"] == BACK_END]
    (database,) = [each for each in found if each["name"] not in (FRONT_END, BACK_END)]
    (call,) = front["subsegments"]
    queries = []
    for segment in back:
        assert segment["parent_id"] == call["id"]
        queries += [each for each in below(segment) if each.get("sql")]
    for query in queries:
        assert query["name"] == "cruddur@127.0.0.1" and query["namespace"] == "remote"
        assert query["sql"]["sanitized_query"].startswith("SELECT to_json(feed) FROM feed WHERE handle = $1")
    # As X-Ray does: what does not trace itself is inferred from who called it.
    assert database["inferred"] and database["parent_id"] in {each["id"] for each in queries}
    graph = client(server, "xray").get_service_graph(StartTime=time.time() - 600, EndTime=time.time() + 1)["Services"]
    nodes = {each["ReferenceId"]: each for each in graph}
    (service,) = [each for each in graph if each["Name"] == BACK_END and each.get("Type") != "client"]
    assert "cruddur@127.0.0.1" in {nodes[edge["ReferenceId"]]["Name"] for edge in service["Edges"]}


def test_a_click_that_fails_is_an_error_in_the_page_and_in_the_back_end(clicked):
    server, traces = clicked
    trace_id = traces["Messages with nobody"]
    root = tree(server, trace_id, 4)
    assert root.shape() == ["click Messages with nobody", ["GET", [
        "GET /api/messages/@<string:handle>", ["SELECT message_groups users users"]]]]
    of_trace = {}

    def both_came():
        for each in rollbar(server, "/instances?limit=100")["instances"]:
            assert each["data"]["custom"]["trace_id"] == trace_id
            of_trace[each["data"]["platform"]] = each["data"]
        return set(of_trace) == {"browser", "linux"}

    eventually(both_came)
    back = of_trace["linux"]["body"]["trace"]
    assert back["exception"] == {"class": "KeyError", "message": "'nobody'"}
    assert back["frames"][-1]["filename"].endswith("messages.cc")
    page = of_trace["browser"]
    assert page["custom"]["span_id"] == root.span_id
    assert page["body"]["trace"]["exception"]["class"] == "Refusal"
    assert page["body"]["trace"]["frames"][-1]["filename"].partition("?")[0].endswith("/src/back_end.js")
    titles = {each["title"] for each in rollbar(server, "/items")["items"]}
    assert titles == {"KeyError: 'nobody'", "Refusal: 500 internal server error"}


def test_a_line_of_the_log_has_the_id(clicked):
    server, traces = clicked
    pattern = f'"{xray_id(traces["Crud"])}"'
    lines = client(server, "logs").filter_log_events(logGroupName="cruddur", filterPattern=pattern)
    (line,) = [each["message"] for each in lines["events"]]
    assert " POST http /api/activities? 200 OK trace_id=" in line
    assert MESSAGE not in line


def test_the_page_shows_it_as_one_trace(clicked):
    server, traces = clicked
    (rows,) = node("trace_page.mjs", server.url, traces["Worf"], "click Worf", "GET /api/activities/@<string:handle>",
                   "mock-data", "SELECT feed")
    # What the back end sent to both is one row of two sources: the request, the work in it, its question.
    assert len(rows) == 5
    assert ["X-Ray" in each for each in rows] == [False, False, True, True, True]
    assert sum("mock-data" in each for each in rows) == 1
    assert sum("SELECT feed" in each for each in rows) == 1
