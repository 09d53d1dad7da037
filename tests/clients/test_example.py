"""The example itself: Cruddur's back end with the real SDKs of all four vendors, a known number of visits, and each
vendor's own API asked about them, exactly; once as it came, once more after the server was killed and started again."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass

import boto3
import honeycomb
import pytest
from server import ROOT, Server

EXAMPLE = ROOT / "examples" / "cruddur"
sys.path.insert(0, str(EXAMPLE))
import local  # noqa: E402
import traffic  # noqa: E402

ROUNDS = 2
SERVICE, FRONT_END = "backend-flask", traffic.FRONT_END
# Without the headers of a trace, as curl asks: each SDK then begins a trace of its own, X-Ray's if its rules say so.
PLAIN = [traffic.Visit("plain", "GET", path, 200) for path in
         ["/rollbar/test", "/api/health-check", "/api/activities/home", "/api/activities/home"]]


@dataclass
class Story:
    """What was done; all numbers that are wanted follow from it."""
    data_dir: object
    began: float
    created: list  # what the AWS CLI printed
    visited: list
    plain_segments: int  # requests without headers that X-Ray's rule took
    log: str

    def answered(self, lowest, highest=599):
        return [each for each in self.visited if lowest <= each.status <= highest]

    @property
    def requests(self):
        return len(self.visited) + len(PLAIN)

    @property
    def occurrences(self):  # pyrollbar posts each by `requests`, which is traced too: a trace of one span
        return len(self.answered(500)) + 1

    @property
    def traces(self):
        return self.requests + self.plain_segments + self.occurrences


def run_aws(server, *command):
    environment = os.environ | local.aws_environment(server.http) | {"PATH": f"{local.VENV}:{os.environ['PATH']}"}
    return subprocess.run(command, env=environment, cwd=EXAMPLE, capture_output=True, text=True, timeout=120)


def aws(server, *command):
    """A command of the AWS CLI as the example's own environment has it; what it printed, each JSON document of it."""
    done = run_aws(server, *command)
    assert done.returncode == 0, done.stderr
    documents, rest = [], done.stdout.lstrip()
    while rest:
        document, end = json.JSONDecoder().raw_decode(rest)
        documents.append(document)
        rest = rest[end:].lstrip()
    return documents


def rollbar(server, path):
    token = {"X-Rollbar-Access-Token": local.ROLLBAR_TOKEN}
    request = urllib.request.Request(f"{server.url}/api/1{path}", headers=token)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["result"]


def eventually(ask, seconds=30):
    end = time.monotonic() + seconds
    while not ask():
        assert time.monotonic() < end, "did not come to be true"
        time.sleep(0.1)


def play(server, data_dir):
    """Starts the application against `server`, makes the visits, ends the application: its SDKs send all they hold."""
    began = time.time() - 1
    created = aws(server, "aws/commands.sh", "create")
    with tempfile.TemporaryFile() as log:
        with local.BackEnd(server.http, server.xray, log) as back_end:
            visited = traffic.visit_all(back_end.url, server.url, ROUNDS)
            plain = [traffic.ask(back_end.url, visit) for visit in PLAIN]
            assert [status for status, _ in plain] == [visit.status for visit in PLAIN]
            # pyrollbar's posts are spans too, which end when they are answered: not after the SDK's last export.
            occurrences = sum(each.status >= 500 for each in visited) + 1
            eventually(lambda: len(rollbar(server, "/instances?limit=100")["instances"]) == occurrences)
            time.sleep(0.5)
        log.seek(0)
        said = log.read().decode()
    roots = [headers["X-Amzn-Trace-Id"] for _, headers in plain]
    taken = sum("Root=1-00000000-" not in root for root in roots)
    return Story(data_dir, began, created, visited, taken, said)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("data")
    with Server(data_dir) as server:
        story = play(server, data_dir)
        yield server, story


@pytest.fixture(scope="module", params=["as it came", "after a kill"])
def server(request, played):
    first, story = played
    if request.param == "as it came":
        yield first
        return
    first.stop(signal.SIGKILL)
    with Server(story.data_dir) as second:
        yield second


@pytest.fixture(scope="module")
def story(played):
    return played[1]


def client(server, name):
    keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "any", "region_name": "us-east-1"}
    return boto3.client(name, endpoint_url=server.url, **keys)


def time_range(story):
    return {"StartTime": story.began, "EndTime": time.time() + 1}


def summaries(server, story, **more):
    pages = client(server, "xray").get_paginator("get_trace_summaries").paginate(**time_range(story), **more)
    return [each for page in pages for each in page["TraceSummaries"]]


def ids(found):
    assert len({each["Id"] for each in found}) == len(found)
    return {each["Id"] for each in found}


def counts(statistics):
    """(all, errors, faults)"""
    return (statistics["TotalCount"], statistics["ErrorStatistics"]["TotalCount"],
            statistics["FaultStatistics"]["TotalCount"])


def documents(server, trace_id):
    (trace,) = client(server, "xray").batch_get_traces(TraceIds=[trace_id])["Traces"]
    return [json.loads(each["Document"]) for each in trace["Segments"]]


def test_the_application_answered_as_it_should(story):
    assert [each.status for each in story.visited] == [each.status for each in traffic.ROUND] * ROUNDS
    assert len(story.visited) == ROUNDS * 11 and len(story.answered(500)) == ROUNDS


def test_no_sdk_complained(story):
    complaint = re.compile(r"Failed to export|WatchtowerWarning|Got unexpected status code|Exception while posting")
    assert complaint.findall(story.log) == []


class TestXRay:
    def test_every_request_is_there_once(self, server, story):
        assert len(ids(summaries(server, story))) == story.traces

    def test_a_visit_is_one_trace_of_both_sdks(self, server, story):
        for visited in story.visited:
            found = documents(server, visited.xray_id)
            front, *back = sorted(found, key=lambda each: each["name"] != FRONT_END)
            assert [each["name"] for each in [front, *back]] == [FRONT_END, SERVICE, SERVICE]
            (call,) = front["subsegments"]
            assert [each["parent_id"] for each in back] == [call["id"]] * 2
            (by_xray,) = [each for each in back if "xray" in each.get("aws", {})]
            assert by_xray["http"]["response"]["status"] == visited.status
            assert by_xray["http"]["request"]["url"].endswith(visited.visit.path.partition("?")[0])

    def test_filters(self, server, story):
        def of(*clicks):
            return {each.xray_id for each in story.visited if each.visit.click in clicks}

        wanted = {
            f'service("{SERVICE}") {{ fault }}': of("open messages of nobody"),
            f'service("{SERVICE}") {{ error }}': of("open activity that is gone", "write nothing"),
            'annotation.handle = "worf"': of("open profile"),
            'annotation.found = 1 AND responsetime >= 0.7': of("open notifications"),
            f'edge("{FRONT_END}", "{SERVICE}")': {each.xray_id for each in story.visited},
        }
        found = {each: ids(summaries(server, story, FilterExpression=each)) for each in wanted}
        assert found == wanted

    def test_the_graph(self, server, story):
        for more in ({}, {"GroupName": "Cruddur"}):
            graph = client(server, "xray").get_service_graph(**time_range(story), **more)["Services"]
            nodes = {each["Name"]: each for each in graph if each.get("Type") != "client"}
            assert set(nodes) == {SERVICE, FRONT_END}
            errors, faults = len(story.answered(400, 499)), len(story.answered(500))
            assert counts(nodes[SERVICE]["SummaryStatistics"]) == (story.traces, errors, faults)
            assert nodes[FRONT_END]["SummaryStatistics"]["TotalCount"] == len(story.visited)
            (edge,) = nodes[FRONT_END]["Edges"]
            assert edge["ReferenceId"] == nodes[SERVICE]["ReferenceId"]
            assert counts(edge["SummaryStatistics"]) == (len(story.visited), errors, faults)
            assert nodes[SERVICE]["Edges"] == []

    def test_the_documents_commands(self, server, story):
        group, rule = story.created
        assert group["Group"]["GroupName"] == "Cruddur"
        assert group["Group"]["FilterExpression"] == 'service("backend-flask")'
        wanted = json.loads((EXAMPLE / "aws/json/xray.json").read_text())["SamplingRule"]
        assert wanted.items() <= rule["SamplingRuleRecord"]["SamplingRule"].items()
        (graph,) = aws(server, "aws/commands.sh", "look")
        (node,) = [each for each in graph["Services"] if each["Name"] == SERVICE and each.get("Type") != "client"]
        assert node["SummaryStatistics"]["TotalCount"] == story.traces
        (groups,) = aws(server, "aws", "xray", "get-groups")
        assert [each["GroupName"] for each in groups["Groups"]] == ["Default", "Cruddur"]
        again = run_aws(server, "aws/commands.sh", "create")
        assert again.returncode != 0 and "InvalidRequestException" in again.stderr


class TestLogs:
    def wanted(self, story):
        statuses = Counter(each.status for each in story.visited) + Counter(each.status for each in PLAIN)
        return {str(status): number for status, number in statuses.items()}

    def events(self, server, **more):
        pages = client(server, "logs").get_paginator("filter_log_events").paginate(logGroupName="cruddur", **more)
        return [each["message"] for page in pages for each in page["events"]]

    def test_every_event_is_there_once(self, server, story):
        events = self.events(server)
        assert events[:2] == ["some message", "initializing xray middleware"]
        tracebacks = [each for each in events if "Traceback (most recent call last)" in each]
        requests = [each for each in events if " http /" in each and each not in tracebacks]
        assert (len(tracebacks), len(requests)) == (len(story.answered(500)), story.requests)
        assert len(events) == 2 + len(tracebacks) + len(requests)
        assert Counter(each.split("? ")[-1].split()[0] for each in requests if "?term" not in each) + Counter(
            {"200": ROUNDS}) == self.wanted(story)

    def test_patterns(self, server, story):
        assert len(self.events(server, filterPattern='"500 INTERNAL"')) == len(story.answered(500))
        assert len(self.events(server, filterPattern="KeyError")) == len(story.answered(500))
        assert len(self.events(server, filterPattern="?422 ?404")) == len(story.answered(400, 499))
        (answer,) = aws(server, "aws", "logs", "filter-log-events", "--log-group-name", "cruddur", "--filter-pattern",
                        "KeyError")
        assert len(answer["events"]) == len(story.answered(500))

    def test_insights(self, server, story):
        logs = client(server, "logs")
        query = logs.start_query(
            logGroupName="cruddur", startTime=int(story.began), endTime=int(time.time()) + 60,
            queryString=r"parse @message /] \S+ \S+ http (?<path>\S+) (?<status>\d+) / | filter ispresent(status) "
                        "| stats count(*) as n by status | sort status asc")["queryId"]
        eventually(lambda: logs.get_query_results(queryId=query)["status"] == "Complete")
        rows = [{cell["field"]: cell["value"] for cell in row}
                for row in logs.get_query_results(queryId=query)["results"]]
        wanted = sorted(self.wanted(story).items())
        assert [(row["status"], row["n"]) for row in rows] == [(status, str(n)) for status, n in wanted]


class TestRollbar:
    def test_the_bug_is_an_item(self, server, story):
        items = rollbar(server, "/items")["items"]
        found = {each["title"]: (each["total_occurrences"], each["level"], each["framework"]) for each in items}
        assert found == {"KeyError: 'nobody'": (len(story.answered(500)), "error", "flask"),
                         "Hello World!": (1, "warning", "flask")}

    def test_each_occurrence_is_of_its_trace(self, server, story):
        found = rollbar(server, "/instances")["instances"]
        assert len(found) == story.occurrences
        bugs = [each["data"] for each in found if "request" in each["data"]]
        ids_sent = [each["request"]["headers"]["Traceparent"].split("-")[1] for each in bugs]
        assert sorted(ids_sent) == sorted(each.trace_id for each in story.answered(500))
        for each in bugs:
            assert each["body"]["trace"]["frames"][-1]["filename"].endswith("/backend-flask/services/messages.py")

    def test_opentelemetrys_exceptions_are_items_of_a_project_of_their_own(self, server, story):
        projects = rollbar(server, "/projects")
        (own,) = [each["id"] for each in projects if each["name"] == SERVICE]
        (item,) = rollbar(server, f"/items?project_id={own}")["items"]
        assert (item["title"], item["total_occurrences"]) == ("KeyError: 'nobody'", len(story.answered(500)))


class TestHoneycomb:
    def test_spans(self, server, story):
        spec = {"calculations": [{"op": "COUNT"}], "breakdowns": ["name"], "time_range": 3600, "limit": 100,
                "filters": honeycomb.SPANS_ONLY}
        found = {each["name"]: int(each["COUNT"]) for each in honeycomb.rows(server.url, spec, SERVICE)}
        homes = ROUNDS + sum(each.path.endswith("/home") for each in PLAIN)
        assert found["home-activities-mock-data"] == homes
        assert found["notifications-mock-data"] == ROUNDS
        assert found["POST"] == story.occurrences
        assert sum(found.values()) == story.requests + homes + ROUNDS + story.occurrences
        assert honeycomb.count(server.url, dataset=FRONT_END) == 2 * len(story.visited)

    def test_a_slow_request_is_found(self, server, story):
        spec = {"calculations": [{"op": "COUNT"}], "breakdowns": ["http.route"], "time_range": 3600,
                "filters": [{"column": "duration_ms", "op": ">=", "value": 700},
                            {"column": "trace.parent_id", "op": "exists"}, honeycomb.equal("span.kind", "server")]}
        found = {each["http.route"]: int(each["COUNT"]) for each in honeycomb.rows(server.url, spec, SERVICE)}
        assert found["/api/activities/notifications"] == ROUNDS

    def test_a_trace_has_all_that_carries_its_id(self, server, story):
        for visited in story.answered(500):
            found = honeycomb.spans(server.url, visited.trace_id, "service.name", "name")
            assert Counter(each["service.name"] for each in found) == {FRONT_END: 2, SERVICE: 2}
