"""The example in C++ (examples/cruddur-cpp) beside the one in Python: both get the same visits, each at a server of its
own, and every vendor's API is asked about both. What the kit sends is what the four vendors' own SDKs send; its log
lines and occurrences carry the trace's id besides, and each of its spans is in Honeycomb and in X-Ray. Its database,
which the one in Python does not have, is compared with what was asked of it."""

import re
import sys
import tempfile
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass

import honeycomb
import pytest
from server import ROOT, Server
from test_example import PLAIN, client, counts, documents, eventually, ids, rollbar, summaries

sys.path.insert(0, str(ROOT / "examples" / "cruddur-cpp"))
import local
import local_cpp
import local_postgres
import traffic

pytestmark = pytest.mark.skipif(bool(local_postgres.missing()), reason=local_postgres.missing())
ROUNDS = 2
FRONT_END = traffic.FRONT_END
SUBSEGMENTS = ("slow-part", "search", "mock-data")  # by the X-Ray SDK alone in Python
HOME = "home-activities-mock-data"
DATABASE = "cruddur.database"  # the scope of its spans
# By visit: what is asked of the database.
STATEMENTS = {
    "open home": ["SELECT feed"], "open notifications": ["SELECT feed"], "search": ["SELECT feed"],
    "open profile": ["SELECT feed"], "open activity": ["SELECT feed"], "open activity that is gone": ["SELECT feed"],
    "write": ["INSERT activities SELECT users"], "write nothing": [],
    "reply": ["INSERT activities SELECT users", "SELECT feed"],
    "open messages": ["SELECT message_groups users users", "SELECT messages users"],
    "open messages of nobody": ["SELECT message_groups users users"],
}
# Of a request, as OpenTelemetry's conventions name them, and what the application says itself.
ATTRIBUTES = ("name", "span.kind", "library.name", "http.request.method", "http.route", "http.response.status_code",
              "url.path", "url.scheme", "url.query", "user_agent.original", "client.address",
              "network.protocol.version", "error.type", "app.result_length", "exception.type", "exception.message")


@dataclass
class Told:
    """An application, what it was asked, and the server that it told."""
    server: Server
    service: str
    began: float
    visited: list
    log: str

    def answered(self, lowest, highest=599):
        return [each for each in self.visited if lowest <= each.status <= highest]


def play(server, back_end_class):
    began = time.time() - 1
    with tempfile.TemporaryFile() as log:
        back_end = back_end_class(server.http, server.xray, log)
        # Python's instrumentation still has the attributes' old names unless told.
        back_end.environment["OTEL_SEMCONV_STABILITY_OPT_IN"] = "http"
        with back_end:
            visited = traffic.visit_all(back_end.url, server.url, ROUNDS)
            plain = [traffic.ask(back_end.url, visit) for visit in PLAIN]
            assert [status for status, _ in plain] == [visit.status for visit in PLAIN]
            eventually(lambda: len(rollbar(server, "/instances?limit=100")["instances"]) == ROUNDS + 1)
            time.sleep(0.5)
        assert back_end.process.returncode in (0, 1)  # Flask's own server ends with 1 at Ctrl+C
        log.seek(0)
        return Told(server, back_end.service, began, visited, log.read().decode())


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(Python's, C++'s)"""
    local_cpp.build()
    with Server(tmp_path_factory.mktemp("python")) as first, Server(tmp_path_factory.mktemp("cpp")) as second:
        yield play(first, local.BackEnd), play(second, local_cpp.BackEnd)


@pytest.fixture(scope="module")
def cpp(both):
    return both[1]


def spans_by(told, *columns):
    """How many spans, and events of spans, there are of each set of values."""
    spec = {"calculations": [{"op": "COUNT"}], "breakdowns": list(columns), "time_range": 3600, "limit": 1000}
    rows = honeycomb.rows(told.server.url, spec, told.service)
    return Counter({tuple(row.get(each) for each in columns): int(row["COUNT"]) for row in rows})


def segment(told, visited):
    """The back end's one segment of a visit; of Python's two, the X-Ray SDK's."""
    front, *back = sorted(documents(told.server, visited.xray_id), key=lambda each: each["name"] != FRONT_END)
    assert front["name"] == FRONT_END
    (one,) = [each for each in back if "xray" in each.get("aws", {})]
    assert one["name"] == told.service and one["parent_id"] == front["subsegments"][0]["id"]
    return one


def below(document):
    for each in document.get("subsegments", []):
        yield each
        yield from below(each)


def flat(values, prefix=""):
    """{"results": {"size": 1}} as {"results.size": 1}, as a span has it."""
    out = {}
    for key, value in values.items():
        out |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return out


def events(told):
    pages = client(told.server, "logs").get_paginator("filter_log_events").paginate(logGroupName="cruddur")
    return [each["message"] for page in pages for each in page["events"]]


def test_both_answer_alike(both):
    for told in both:
        assert [each.status for each in told.visited] == [each.status for each in traffic.ROUND] * ROUNDS
    assert "not delivered" not in both[1].log and "not sent" not in both[1].log


class TestHoneycomb:
    def test_the_counts(self, cpp):
        found = {name: count for (name,), count in spans_by(cpp, "name").items()}
        served = Counter(f"{each.method} {each.path.partition('?')[0]}" for each in [*traffic.ROUND * ROUNDS, *PLAIN])
        homes = served["GET /api/activities/home"]
        assert homes == ROUNDS + 2
        asked = Counter(each for visited in cpp.visited for each in STATEMENTS[visited.visit.click])
        asked["SELECT feed"] += 2
        assert {name: found.pop(name) for name in asked} == asked
        assert {name: found.pop(name) for name in ("home-activities-mock-data", "notifications-mock-data", "slow-part",
                                                   "search", "mock-data", "exception")} == {
            "home-activities-mock-data": homes, "notifications-mock-data": ROUNDS, "slow-part": ROUNDS,
            "search": ROUNDS, "mock-data": 4 * ROUNDS, "exception": ROUNDS}
        assert sum(found.values()) == len(cpp.visited) + len(PLAIN)
        assert found["GET /api/activities/home"] == homes

    def test_the_same_spans_with_the_same_attributes(self, both):
        python, cpp = (spans_by(told, *ATTRIBUTES) for told in both)
        position = {name: at for at, name in enumerate(ATTRIBUTES)}

        def comparable(spans, left_out):
            kept = Counter()
            for values, count in spans.items():
                name, library = values[position["name"]], values[position["library.name"]]
                if name in left_out or library == DATABASE:
                    continue
                leave = set() if library == "home.activities" else {"library.name"}
                if name == HOME:
                    leave.add("app.result_length")  # what visitors write stays, in C++
                kept[tuple(value for value, each in zip(values, ATTRIBUTES, strict=True) if each not in leave)] += count
            return kept

        # pyrollbar's own posts are spans in Python, called POST; the kit's are not.
        assert comparable(cpp, SUBSEGMENTS) == comparable(python, ("POST",))

    def test_what_was_written_is_there_afterwards(self, both):
        def lengths(told):
            return sorted(int(length) for (name, length), count in spans_by(told, "name", "app.result_length").items()
                          for _ in range(count) if name == HOME)

        python, cpp = both
        assert lengths(python) == [3] * (ROUNDS + 2)
        # Each round reads, then writes one; the two plain requests come last.
        assert lengths(cpp) == [*range(3, 3 + ROUNDS), *[3 + ROUNDS] * 2]


class TestXRay:
    def test_every_request_is_there_once(self, cpp):
        assert len(ids(summaries(cpp.server, cpp))) == len(cpp.visited) + len(PLAIN)

    def test_the_same_segments(self, both):
        def seen(told, visited):
            one = segment(told, visited)
            request = one["http"]["request"] | {"url": urllib.parse.urlsplit(one["http"]["request"]["url"]).path}
            causes = [(each["type"], each["message"]) for each in one.get("cause", {}).get("exceptions", [])]
            subsegments = []
            for each in below(one):
                if each["name"] in SUBSEGMENTS:
                    told_of = flat(each.get("metadata", {}).get("cruddur", {}))
                    assert ("results.now" in told_of) == (visited.visit.click == "open profile")
                    told_of.pop("results.now", None)
                    subsegments.append((each["name"], each.get("annotations"), told_of))
            return {"request": request, "status": one["http"]["response"]["status"], "causes": causes,
                    "flags": [each for each in ("error", "fault", "throttle") if one.get(each)],
                    "subsegments": subsegments}

        python, cpp = both
        for first, second in zip(python.visited, cpp.visited, strict=True):
            assert seen(cpp, second) == seen(python, first)

    def test_a_fault_says_where(self, cpp):
        for visited in cpp.answered(500):
            (exception,) = segment(cpp, visited)["cause"]["exceptions"]
            thrown, caller = exception["stack"][:2]  # the first may have been inlined; it has a frame all the same
            assert thrown["path"].endswith("messages.cc") and "look_up" in thrown["label"] and thrown["line"] > 0
            assert caller["path"].endswith("messages.cc") and "messages::with_user" in caller["label"]

    def test_filters_and_the_graph(self, cpp):
        def of(click):
            return {each.xray_id for each in cpp.visited if each.visit.click == click}

        wanted = {f'service("{cpp.service}") {{ fault }}': of("open messages of nobody"),
                  'annotation.handle = "worf"': of("open profile"),
                  'annotation.found = 1 AND responsetime >= 0.7': of("open notifications")}
        assert {each: ids(summaries(cpp.server, cpp, FilterExpression=each)) for each in wanted} == wanted
        graph = client(cpp.server, "xray").get_service_graph(StartTime=cpp.began, EndTime=time.time() + 1)["Services"]
        nodes = {each["Name"]: each for each in graph if each.get("Type") != "client"}
        errors, faults = len(cpp.answered(400, 499)), len(cpp.answered(500))
        assert counts(nodes[cpp.service]["SummaryStatistics"]) == (len(cpp.visited) + len(PLAIN), errors, faults)
        (edge,) = nodes[FRONT_END]["Edges"]
        assert counts(edge["SummaryStatistics"]) == (len(cpp.visited), errors, faults)


class TestDatabase:
    def test_each_statement_is_in_its_visit_s_trace(self, cpp):
        spec = {"calculations": [{"op": "COUNT"}], "breakdowns": ["trace.trace_id", "name"], "time_range": 3600,
                "limit": 1000, "filters": [honeycomb.equal("library.name", DATABASE)]}
        found = {}
        for row in honeycomb.rows(cpp.server.url, spec, cpp.service):
            found.setdefault(row["trace.trace_id"], []).extend([row["name"]] * int(row["COUNT"]))
        for visited in cpp.visited:
            assert sorted(found.get(visited.trace_id, [])) == STATEMENTS[visited.visit.click]

    def test_xray_has_it_as_sql(self, cpp):
        for visited in cpp.visited:
            queries = [each for each in below(segment(cpp, visited)) if "sql" in each]
            assert {each["name"] for each in queries} <= {"cruddur@127.0.0.1"}
            assert len(queries) == len(STATEMENTS[visited.visit.click])
            for each in queries:
                assert each["sql"]["database_type"] == "postgresql" and each["sql"]["user"] == "cruddur"
                assert "$1" in each["sql"]["sanitized_query"] or " LIMIT ?" in each["sql"]["sanitized_query"]

    def test_the_slow_visit_is_slow_by_its_statement(self, cpp):
        for visited in cpp.visited:
            if visited.visit.click == "open notifications":
                (query,) = [each for each in below(segment(cpp, visited)) if "sql" in each]
                assert query["end_time"] - query["start_time"] >= 0.7

    def test_the_graph_has_it_as_a_node(self, cpp):
        graph = client(cpp.server, "xray").get_service_graph(StartTime=cpp.began, EndTime=time.time() + 1)["Services"]
        nodes = {each["Name"]: each for each in graph if each.get("Type") != "client"}
        asked = sum(len(STATEMENTS[each.visit.click]) for each in cpp.visited) + 2
        assert counts(nodes["cruddur@127.0.0.1"]["SummaryStatistics"]) == (asked, 0, 0)
        (edge,) = nodes[cpp.service]["Edges"]
        assert edge["ReferenceId"] == nodes["cruddur@127.0.0.1"]["ReferenceId"]


class TestLogs:
    def test_the_same_lines(self, both):
        def lines(told):
            all_of_it = [re.sub(r" trace_id=1-[0-9a-f]{8}-[0-9a-f]{24} span_id=[0-9a-f]{16}$", "", each)
                         for each in events(told)]
            first = [re.sub(r"^\[[^]]+\] ", "", each.split("\n")[0]) for each in all_of_it]
            return Counter(each for each in first if each != "initializing xray middleware")  # the X-Ray SDK's own

        python, cpp = (lines(told) for told in both)
        assert cpp == python
        assert cpp["some message"] == 1 and cpp["Exception on /api/messages/@nobody [GET]"] == ROUNDS
        assert cpp.total() == 1 + ROUNDS + len(both[1].visited) + len(PLAIN)

    def test_patterns(self, both):
        for told in both:
            found = client(told.server, "logs").filter_log_events(logGroupName="cruddur", filterPattern="KeyError")
            assert len(found["events"]) == ROUNDS

    def test_a_line_leads_to_its_trace(self, cpp):
        by_trace = Counter(match[1] for each in events(cpp) if (match := re.search(r" trace_id=(\S+) span_id=", each)))
        for visited in cpp.visited:
            assert by_trace[visited.xray_id] == (2 if visited.status == 500 else 1)


class TestRollbar:
    def test_the_same_items(self, both):
        def items(told):
            return {each["title"]: (each["total_occurrences"], each["level"], each["environment"])
                    for each in rollbar(told.server, "/items")["items"]}

        python, cpp = (items(told) for told in both)
        assert cpp == python == {"KeyError: 'nobody'": (ROUNDS, "error", "production"),
                                 "Hello World!": (1, "warning", "production")}

    def test_an_occurrence_is_of_its_trace_and_says_where(self, both):
        def bugs(told):
            found = [each["data"] for each in rollbar(told.server, "/instances")["instances"]]
            assert len(found) == ROUNDS + 1
            return [each for each in found if "message" not in each["body"]]

        python, cpp = (bugs(told) for told in both)
        assert sorted(each["custom"]["trace_id"] for each in cpp) == sorted(
            each.trace_id for each in both[1].answered(500))
        for each in cpp:
            assert each["context"] == python[0]["context"] == "/api/messages/@<string:handle>"
            assert each["request"]["method"] == "GET" and each["request"]["url"].endswith("/api/messages/@nobody")
            sent = {name.lower(): value for name, value in each["request"]["headers"].items()}
            assert sent["traceparent"].split("-")[1] == each["custom"]["trace_id"]
            assert each["body"]["trace"]["frames"][-1]["filename"].endswith("/cruddur-cpp/services/messages.cc")

    def test_opentelemetrys_exceptions_are_items_of_a_project_of_their_own(self, cpp):
        (own,) = [each["id"] for each in rollbar(cpp.server, "/projects") if each["name"] == cpp.service]
        (item,) = rollbar(cpp.server, f"/items?project_id={own}")["items"]
        assert (item["title"], item["total_occurrences"]) == ("KeyError: 'nobody'", ROUNDS)


def test_a_database_that_is_away_is_an_error_and_heals(tmp_path):
    with Server(tmp_path / "data") as server, tempfile.TemporaryFile() as log:
        with local_cpp.BackEnd(server.http, server.xray, log) as back_end:
            home = traffic.ROUND[0]
            assert traffic.ask(back_end.url, home)[0] == 200
            back_end.postgres.stop()
            assert [traffic.ask(back_end.url, home)[0] for _ in range(2)] == [500, 500]
            back_end.postgres.start()
            assert traffic.ask(back_end.url, home)[0] == 200
            eventually(lambda: len(rollbar(server, "/instances")["instances"]) == 2)
        log.seek(0)
        assert back_end.postgres.password not in log.read().decode()
        found = [each["data"]["body"]["trace"] for each in rollbar(server, "/instances")["instances"]]
        assert {each["exception"]["class"] for each in found} == {"DatabaseError"}
        assert all(each["frames"][-1]["filename"].endswith("/services/database.cc") for each in found)
        spec = {"calculations": [{"op": "COUNT"}], "breakdowns": ["name", "error.type"], "time_range": 3600,
                "filters": [honeycomb.equal("library.name", DATABASE)]}
        rows = honeycomb.rows(server.url, spec, back_end.service)
        # Of the four requests one could not even connect, so it made no statement.
        assert sorted((each["name"], each.get("error.type") or "", int(each["COUNT"])) for each in rows) == [
            ("SELECT feed", "", 2), ("SELECT feed", "connection", 1)]
