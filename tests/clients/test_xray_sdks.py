"""The X-Ray SDKs for Python and Node as their users run them: rules are fetched and obeyed, statistics reported, quotas
taken, segments sent by datagram and shown by every API that shows traces; after a restart too."""

import json
import subprocess
import sys
import time
import uuid
from pathlib import Path

import honeycomb
import pytest
from honeycomb import equal
from server import Server, clean_environment

boto3 = pytest.importorskip("boto3")
from test_xray import client, eventually, traces  # noqa: E402

HERE = Path(__file__).parent
REQUESTS = 10
APPS = {"python": [sys.executable, "python/xray_app.py"], "node": ["node", "node/xray_app.mjs"]}
RULES = {"none": (0, 0), "once": (0, 1), "all": (1, 0)}  # fixed rate, reservoir


def rule(name, service, path, rate, reservoir, priority):
    return {"RuleName": name, "ResourceARN": "*", "Priority": priority, "FixedRate": rate, "ReservoirSize": reservoir,
            "ServiceName": service, "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": path, "Version": 1}


def summaries(xray, since, expression):
    pages = xray.get_paginator("get_trace_summaries").paginate(StartTime=since, EndTime=time.time() + 60,
                                                               FilterExpression=expression)
    return [each for page in pages for each in page["TraceSummaries"]]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture(scope="module")
def ran(running):
    """Both SDKs side by side, each for itself: kind → what it says, its service, when it began."""
    xray = client(running)
    started = {}
    for place, (kind, command) in enumerate(APPS.items()):
        service = f"{kind}-{uuid.uuid4().hex[:6]}"
        for number, (path, (rate, reservoir)) in enumerate(RULES.items()):
            xray.create_sampling_rule(SamplingRule=rule(f"{service}-{path}", service, f"/{path}/*", rate, reservoir,
                                                        100 + place * 10 + number))
        environment = clean_environment(AWS_XRAY_DAEMON_ADDRESS=running.xray, AWS_XRAY_CONTEXT_MISSING="LOG_ERROR")
        process = subprocess.Popen([*command, service, str(REQUESTS)], cwd=HERE, env=environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        started[kind] = (process, service, time.time() - 5)
    out = {}
    for kind, (process, service, since) in started.items():
        said, complaints = process.communicate(timeout=90)
        assert process.returncode == 0, complaints
        out[kind] = {**json.loads(said), "service": service, "since": since}
    return out


@pytest.fixture(params=APPS)
def sdk(request, ran):
    return ran[request.param]


@pytest.fixture
def shown(running, sdk):
    """Traces of `/all`, once all have come."""
    expression = f'service("{sdk["service"]}") AND http.url CONTAINS "/all/"'
    return eventually(lambda: (lambda s: s if len(s) == REQUESTS else None)(
        summaries(client(running), sdk["since"], expression)))


def test_rules_come_in_the_order_of_their_priority(sdk):
    assert set(sdk["rules"]) >= {f"{sdk['service']}-{path}" for path in RULES} | {"Default"}


def test_rate_one_sends_every_request(shown):
    assert len({each["Id"] for each in shown}) == REQUESTS


def test_rate_zero_and_no_reservoir_stop_segments(running, sdk, shown):
    assert summaries(client(running), sdk["since"], f'service("{sdk["service"]}") AND http.url CONTAINS "/none/"') == []


def test_the_reservoir_lets_one_a_second_through(running, sdk, shown):
    taken = summaries(client(running), sdk["since"], f'service("{sdk["service"]}") AND http.url CONTAINS "/once/"')
    assert 1 <= len(taken) <= int(sdk["seconds"]) + 2


def test_a_lone_client_gets_the_whole_reservoir(sdk):
    if "quota" not in sdk:
        pytest.skip("the SDK for Node does not use quotas")
    assert sdk["quota"] == 1


def test_statistics_are_what_the_sdk_counted(running, sdk):
    def counted():
        rows = client(running).get_sampling_statistic_summaries()["SamplingStatisticSummaries"]
        found = {path: [each for each in rows if each["RuleName"] == f"{sdk['service']}-{path}"] for path in RULES}
        return found if all(found.values()) else None

    rows = eventually(counted)
    sums = {path: {key: sum(each[key] for each in of_rule) for key in ("RequestCount", "SampledCount", "BorrowCount")}
            for path, of_rule in rows.items()}
    assert sums["all"] == {"RequestCount": REQUESTS, "SampledCount": REQUESTS, "BorrowCount": 0}
    assert sums["none"] == {"RequestCount": REQUESTS, "SampledCount": 0, "BorrowCount": 0}
    assert sums["once"]["RequestCount"] == REQUESTS
    assert sums["once"]["BorrowCount"] + sums["once"]["SampledCount"] >= 1


def test_summaries_say_how_requests_ended(running, sdk, shown):
    by_path = {each["Http"]["HttpURL"].rpartition("/all/")[2]: each for each in shown}
    assert set(by_path) == {str(n) for n in range(REQUESTS)}
    for number, each in by_path.items():
        fault, error = number == "3", number == "4"
        assert (each["HasFault"], each["HasError"]) == (fault, error)
        assert each["Http"]["HttpStatus"] == (500 if fault else 404 if error else 200)
        assert each["Http"]["HttpMethod"] == "GET"
        assert each["Http"]["UserAgent"] == "shop-test"
        assert each["Annotations"]["number"][0]["AnnotationValue"] == {"NumberValue": int(number)}
        assert not each["IsPartial"]
        names = {(service["Name"], service.get("Type", "")) for service in each["ServiceIds"]}
        assert names == {(sdk["service"], ""), ("inventory.example.com", "remote")}
    (cause,) = by_path["3"]["FaultRootCauses"]
    assert cause["ClientImpacting"]
    assert cause["Services"][0]["Name"] == sdk["service"]
    messages = [exception["Message"] for service in cause["Services"] for entity in service["EntityPath"]
                for exception in entity["Exceptions"]]
    assert "no socks" in messages


@pytest.mark.parametrize(("expression", "wanted"), [
    ("fault", {3}), ("error", {4}), ("annotation.number >= 7", {7, 8, 9}), ("http.status = 404", {4}),
    ("ok AND annotation.number < 3", {0, 1, 2}), ("!ok", {3, 4}),
    ('rootcause.fault.exception { message = "no socks" }', {3}),
    ('service("inventory.example.com") AND annotation.number = 6', {6}),
    ('edge("NAME", "inventory.example.com") AND !(annotation.number > 0)', {0}),
    ('http.useragent = "shop-test" AND http.method = "GET" AND responsetime < 20', set(range(REQUESTS))),
])
def test_filters_choose(running, sdk, shown, expression, wanted):
    narrowed = f'service("{sdk["service"]}") AND http.url CONTAINS "/all/" AND ({expression})'
    found = summaries(client(running), sdk["since"], narrowed.replace("NAME", sdk["service"]))
    assert {int(each["Http"]["HttpURL"].rpartition("/")[2]) for each in found} == wanted


def node_of(services, name, kind=None):
    return next(each for each in services if each["Name"] == name and each.get("Type") == kind)


def test_the_graph_counts_requests_and_calls(running, sdk, shown):
    graph = client(running).get_service_graph(StartTime=sdk["since"], EndTime=time.time() + 60)["Services"]
    service, remote = node_of(graph, sdk["service"]), node_of(graph, "inventory.example.com", "remote")
    once = len(summaries(client(running), sdk["since"],
                         f'service("{sdk["service"]}") AND http.url CONTAINS "/once/"'))
    statistics = service["SummaryStatistics"]
    assert statistics["TotalCount"] == REQUESTS + once
    assert statistics["FaultStatistics"]["TotalCount"] == 1
    assert statistics["ErrorStatistics"]["TotalCount"] == 1
    (edge,) = service["Edges"]
    assert edge["ReferenceId"] == remote["ReferenceId"]
    assert edge["SummaryStatistics"]["TotalCount"] == REQUESTS
    front = node_of(graph, sdk["service"], "client")
    assert front["Edges"][0]["SummaryStatistics"]["TotalCount"] == REQUESTS + once


def test_the_series_count_as_the_graph_does(running, sdk, shown):
    pages = client(running).get_paginator("get_time_series_service_statistics").paginate(
        StartTime=sdk["since"], EndTime=time.time() + 60, EntitySelectorExpression=f'service("{sdk["service"]}")')
    steps = [each["ServiceSummaryStatistics"] for page in pages for each in page["TimeSeriesServiceStatistics"]]
    graph = client(running).get_service_graph(StartTime=sdk["since"], EndTime=time.time() + 60)["Services"]
    whole = node_of(graph, sdk["service"])["SummaryStatistics"]
    for key in ("OkCount", "TotalCount"):
        assert sum(each[key] for each in steps) == whole[key]
    assert sum(each["FaultStatistics"]["TotalCount"] for each in steps) == 1


def test_segments_are_spans_for_honeycomb(running, sdk, shown):
    root = next(each for each in shown if each["Http"]["HttpStatus"] == 500)
    rows = honeycomb.spans(running.url, root["Id"][2:].replace("-", ""), "name", "trace.parent_id", "service.name",
                           "span.kind", "number", "error")
    segment = next(row for row in rows if row["name"] == sdk["service"])
    assert segment["span.kind"] == "server"
    assert segment["error"] is True
    assert segment["service.name"] == sdk["service"]
    work = next(row for row in rows if row["name"] == "work")
    assert work["number"] == 3
    assert work["trace.parent_id"] == segment["trace.span_id"]
    call = next(row for row in rows if row["name"] == "inventory.example.com")
    assert call["span.kind"] == "client"
    assert honeycomb.count(running.url, equal("service.name", sdk["service"]), equal("name", "work")) == REQUESTS


def test_a_streamed_trace_is_put_together(running, ran):
    """Forty steps: the SDK sends subsegments on their own, before their segment."""
    xray = client(running)
    expression = f'service("{ran["python"]["service"]}") AND annotation.number = 5'
    (summary,) = eventually(lambda: summaries(xray, ran["python"]["since"], expression))
    (segment,) = [json.loads(each["Document"]) for each in traces(xray, [summary["Id"]])[summary["Id"]]
                  if json.loads(each["Document"])["name"] == ran["python"]["service"]]

    def names(part):
        return [part["name"]] + [name for each in part.get("subsegments", []) for name in names(each)]

    assert sorted(names(segment)) == sorted([ran["python"]["service"], "work", "inventory.example.com",
                                             *(f"step {n}" for n in range(40))])


def test_groups_choose_what_the_graph_shows(running, sdk, shown):
    xray = client(running)
    group = xray.create_group(GroupName=sdk["service"], FilterExpression=f'service("{sdk["service"]}") AND fault')
    graph = xray.get_service_graph(StartTime=sdk["since"], EndTime=time.time() + 60, GroupName=sdk["service"])
    assert node_of(graph["Services"], sdk["service"])["SummaryStatistics"]["TotalCount"] == 1
    xray.update_group(GroupARN=group["Group"]["GroupARN"], FilterExpression=f'service("{sdk["service"]}") AND error')
    graph = xray.get_service_graph(StartTime=sdk["since"], EndTime=time.time() + 60, GroupName=sdk["service"])
    statistics = node_of(graph["Services"], sdk["service"])["SummaryStatistics"]
    assert (statistics["TotalCount"], statistics["ErrorStatistics"]["TotalCount"]) == (1, 1)


def test_a_restart_keeps_traces_rules_and_graphs(running, ran):
    def everything(server):
        xray = client(server)
        out = {"rules": xray.get_sampling_rules()["SamplingRuleRecords"], "groups": xray.get_groups()["Groups"]}
        since = min(each["since"] for each in ran.values())
        found = summaries(xray, since, "")
        out["summaries"] = sorted(found, key=lambda each: each["Id"])
        out["traces"] = traces(xray, sorted(each["Id"] for each in found))
        graph = xray.get_service_graph(StartTime=since, EndTime=since + 3_600)
        out["graph"] = graph["Services"]
        return out

    before = everything(running)
    running.stop()
    with Server(running.data_dir) as again:
        assert everything(again) == before
