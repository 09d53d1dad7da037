"""Logs Insights beyond the classic commands: pattern, unnest, SOURCE, members of parsed JSON, values of mixed types."""

import json
import time
import uuid

import pytest
from cloudwatch import ACCOUNT, insights, put, refused


@pytest.fixture
def filled(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    return lambda messages: put(logs, group, "s", messages) and group


def test_values_are_what_they_look_like(logs, filled):
    group = filled([json.dumps(each) for each in (
        {"n": 9, "ok": True, "t": "true", "s": "10", "deep": {"list": [1, 2.50], "none": None}},
        {"n": 10.0, "ok": False, "t": "x", "s": "9", "deep": {}},
        {"n": "no number", "s": "\u00e4 \"quoted\" \\ text"})])
    rows, _ = insights(logs, group, "fields n, ok, t, s, deep.list as l, deep.list.1, deep.none | sort @timestamp asc")
    assert [{k: v for k, v in row.items() if k != "@ptr"} for row in rows] == [
        {"n": "9", "ok": "1", "t": "true", "s": "10", "l": "[1,2.5]", "deep.list.1": "2.5"},
        {"n": "10", "ok": "0", "t": "x", "s": "9"},
        {"n": "no number", "s": "\u00e4 \"quoted\" \\ text"}]
    rows, statistics = insights(logs, group, "stats max(n), min(s), sum(n), avg(s), count(ok), sum(ok)")
    assert rows == [{"max(n)": "10", "min(s)": "9", "sum(n)": "19", "avg(s)": "9.5", "count(ok)": "2", "sum(ok)": "1"}]
    assert statistics["recordsScanned"] == statistics["recordsMatched"] == 3
    rows, statistics = insights(logs, group, "filter n = 10 or s = '10' | stats count(*) as c")
    assert rows == [{"c": "2"}] and (statistics["recordsScanned"], statistics["recordsMatched"]) == (3, 2)
    rows, _ = insights(logs, group, "filter ok = 1 | fields n")
    assert [row["n"] for row in rows] == ["9"]
    rows, _ = insights(logs, group, "filter ispresent(n) and n > 9 | fields n")
    assert [row["n"] for row in rows] == ["10"]  # what is no number is neither less nor more than one


def test_expressions_with_named_groups(logs, filled):
    group = filled(["RequestId: a1 done", "RequestId: done", "no (?<id>x)"])
    for query in (r"filter @message like /RequestId: (?<id>\S+\d)/", r"filter @message =~ /(?P<word>a1)/",
                  r"filter @message like /[(?<]+id/ | filter @message not like /x y/"):
        rows, _ = insights(logs, group, query + " | stats count(*) as c")
        assert rows == [{"c": "1"}], query
    message = refused("MalformedQueryException", logs.start_query, logGroupName=group, startTime=1, endTime=2,
                      queryString="filter @message like /a(?=b)/")
    assert "the regular expression is not valid: invalid perl operator: (?=" in message


def test_keys_with_dots(logs, filled):
    group = filled([json.dumps(each) for each in (
        {"id": 1, "service.name": "shop", "attributes": {"http.method": "GET", "http": {"route": "/a"}}, "a.0": 5},
        {"id": 2, "service": {"name": "cart"}, "attributes": {"http": {"method": "PUT"}}, "a": [7]},
        {"id": 3, "service": "x", "note": "service.name \"attributes\""})])
    rows, _ = insights(logs, group, "fields service.name, `service.name` as s, attributes.http.method as m, "
                                    "attributes.http.route as r, a.0 | sort id asc")
    assert [{k: v for k, v in row.items() if k != "@ptr"} for row in rows] == [
        {"service.name": "shop", "s": "shop", "m": "GET", "r": "/a"},
        {"service.name": "cart", "s": "cart", "m": "PUT", "a.0": "7"}, {}]
    rows, _ = insights(logs, group, "filter attributes.http.method = 'GET' | stats count(*) as c by service.name")
    assert rows == [{"service.name": "shop", "c": "1"}]


def test_extremes_of_parsed_text_are_numbers(logs, filled):
    group = filled(["took 9 ms", "took 100 ms", "took 20 ms"])
    rows, _ = insights(logs, group, 'parse "took * ms" as ms | stats max(ms), min(ms), pct(ms, 50)')
    assert rows == [{"max(ms)": "100", "min(ms)": "9", "pct(ms, 50)": "20"}]


def test_bytes_scanned_are_bytes(logs, filled):
    group = filled(["\u00e4\u00f6", "abc"])
    _, statistics = insights(logs, group, "fields @message")
    assert statistics["bytesScanned"] == 7


def test_pattern(logs, filled):
    group = filled([f"2026-01-02T03:04:0{n}Z INFO user {n} at 10.0.0.{n} logged in" for n in range(6)] +
                   [f"ERROR request {uuid.uuid4()} failed after {n}.5 s" for n in range(3)] + ["quiet"])
    rows, statistics = insights(logs, group, "pattern @message")
    assert rows == [
        {"@pattern": "<*> INFO user <*> at <*> logged in", "@ratio": "0.6", "@sampleCount": "6",
         "@severityLabel": "Info"},
        {"@pattern": "ERROR request <*> failed after <*> s", "@ratio": "0.3", "@sampleCount": "3",
         "@severityLabel": "Error"},
        {"@pattern": "quiet", "@ratio": "0.1", "@sampleCount": "1"}]
    assert statistics["recordsMatched"] == 10
    rows, _ = insights(logs, group, "filter @message like /ERROR/ | pattern @message | filter @sampleCount > 2")
    assert [(row["@ratio"], row["@sampleCount"]) for row in rows] == [("1", "3")]


def test_unnest_and_members_of_parsed_json(logs, filled):
    group = filled([json.dumps({"id": 1, "events": [{"name": "a", "n": 1}, {"name": "b", "n": 2}]}),
                    json.dumps({"id": 2, "events": {"name": "alone"}}), json.dumps({"id": 3, "events": []}), "no JSON"])
    rows, _ = insights(logs, group, "fields jsonParse(@message) as m | unnest m.events into event | "
                                    "filter ispresent(event.name) | display m.id, event.name, event.n | "
                                    "sort event.name asc")
    assert [{k: v for k, v in row.items() if k != "@ptr"} for row in rows] == [
        {"m.id": "1", "event.name": "a", "event.n": "1"}, {"m.id": "2", "event.name": "alone"},
        {"m.id": "1", "event.name": "b", "event.n": "2"}]
    rows, _ = insights(logs, group, "fields jsonParse(@message) as j | stats count(*) by j.id")
    assert sorted((row.get("j.id", ""), row["count(*)"]) for row in rows) == [("", "1"), ("1", "1"), ("2", "1"),
                                                                               ("3", "1")]


def test_source(logs):
    prefix = f"/src-{uuid.uuid4().hex}/"
    for name in ("a", "b", "c"):
        logs.create_log_group(logGroupName=prefix + name)
        logs.create_log_stream(logGroupName=prefix + name, logStreamName="s")
        put(logs, prefix + name, "s", [f"of {name}"])
    now = int(time.time())

    def ask(query, **more):
        started = logs.start_query(startTime=now - 60, endTime=now + 60, queryString=query, **more)
        answer = logs.get_query_results(queryId=started["queryId"])
        for _ in range(20):  # a busy machine
            if answer["status"] != "Running":
                break
            answer = logs.get_query_results(queryId=started["queryId"])
        assert answer["status"] == "Complete", answer
        return started["queryId"], sorted(cell["value"] for row in answer["results"] for cell in row
                                          if cell["field"] == "@log")

    everything = [f"{ACCOUNT}:{prefix}{name}" for name in "abc"]
    query, found = ask(f"SOURCE logGroups(namePrefix: ['{prefix}']) | fields @log")
    assert found == everything
    assert logs.list_log_groups_for_query(queryId=query)["logGroupIdentifiers"] == [prefix + name for name in "abc"]
    assert ask(f"SOURCE '{prefix}a' SOURCE \"{prefix}c\" | fields @log")[1] == [everything[0], everything[2]]
    assert ask(f"SOURCE '{prefix}a' START={(now - 60) * 1000} END={(now + 60) * 1000 + 999} | fields @log")[1]
    assert ask(f"SOURCE '{prefix}a' START={(now - 600) * 1000} END={(now - 300) * 1000} | fields @log")[1] == []
    assert set(everything) <= set(ask("source loggroups() | fields @log")[1])
    assert "INFREQUENT" in refused("ResourceNotFoundException", logs.start_query, startTime=0, endTime=1,
                                   queryString="SOURCE logGroups(class: ['INFREQUENT_ACCESS']) | fields @log")
    refused("ResourceNotFoundException", logs.start_query, startTime=0, endTime=1, queryString="SOURCE 'nothing'")
    refused("InvalidParameterException", logs.start_query, startTime=0, endTime=1, logGroupName=prefix + "a",
            queryString="SOURCE logGroups()")


@pytest.mark.parametrize("query", ["pattern @message | anomaly", "relevantfields where a > 1", "fields a | estimate",
                                   "lookup users id OUTPUT name", "fields a | cidrlookup nets ip OUTPUT region"])
def test_what_is_not_built_is_refused_by_name(logs, group, query):
    message = refused("MalformedQueryException", logs.start_query, logGroupName=group, startTime=0, endTime=1,
                      queryString=query)
    assert "mismatched input" in message


def test_dedup_in_every_order(logs, filled):
    group = filled([json.dumps({"server": f"s{n % 3}", "n": n}) for n in range(9)] + ["none", '{"n": 9}'])

    def kept(query):
        rows, statistics = insights(logs, group, query)
        return [(row.get("server"), row.get("n")) for row in rows], statistics["recordsMatched"]

    assert kept("fields server, n | dedup server") == (
        [(None, "9"), (None, None), ("s2", "8"), ("s1", "7"), ("s0", "6")], 11)
    assert kept("fields server, n | sort @timestamp asc | dedup server | limit 3") == (
        [("s0", "0"), ("s1", "1"), ("s2", "2")], 11)
    assert kept("sort @timestamp desc | fields server, n | filter n < 6 | dedup server") == (
        [("s2", "5"), ("s1", "4"), ("s0", "3")], 6)
    assert kept("fields server, n | filter ispresent(server) | sort n asc | dedup server") == (
        [("s0", "0"), ("s1", "1"), ("s2", "2")], 9)
    assert kept("fields server, n | dedup server | filter n > 6 | sort n asc") == (
        [("s1", "7"), ("s2", "8"), (None, "9")], 11)


def test_fields_of_lambda(logs, filled):
    request = "3f1b6b9e-8d5d-4a51-9a52-0f4f8d3d0a11"
    group = filled([f"START RequestId: {request} Version: $LATEST",
                    f"2026-11-23T05:00:00.000Z\t{request}\tINFO\thello",
                    f"REPORT RequestId: {request}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\t"
                    "Max Memory Used: 64 MB\tInit Duration: 200.5 ms\tXRAY TraceId: 1-5e1b4151-5ac6c58f5b5dcc1e1e4c0d2a"
                    "\tSegmentId: 6f58b95f6c1f4a3c\tSampled: true", "REPORT of something else"])
    rows, _ = insights(logs, group, 'filter @type = "REPORT" | fields @requestId, @duration, @billedDuration, '
                                    "@initDuration, @xrayTraceId, @xraySegmentId, @aws.account")
    assert [{k: v for k, v in row.items() if k != "@ptr"} for row in rows] == [{
        "@requestId": request, "@duration": "12.34", "@billedDuration": "13", "@initDuration": "200.5",
        "@xrayTraceId": "1-5e1b4151-5ac6c58f5b5dcc1e1e4c0d2a", "@xraySegmentId": "6f58b95f6c1f4a3c",
        "@aws.account": ACCOUNT}]
    rows, _ = insights(logs, group, 'filter @type = "REPORT" | stats max(@memorySize / 1000 / 1000) as size, '
                                    "min(@maxMemoryUsed / 1000 / 1000) as used, size - used as spare")
    assert rows == [{"size": "128", "used": "64", "spare": "64"}]
    rows, _ = insights(logs, group, "stats count(*) as c, sum_over_time(@duration) as d by @requestId | sort c asc")
    assert rows == [{"c": "1"}, {"@requestId": request, "c": "3", "d": "12.34"}]


def test_what_is_matched_after_sorting(logs, filled):
    group = filled([json.dumps({"n": n}) for n in range(5)])
    rows, statistics = insights(logs, group, "fields n | sort n asc | filter n > 2")
    assert [row["n"] for row in rows] == ["3", "4"]
    assert (statistics["recordsMatched"], statistics["recordsScanned"]) == (2, 5)


def test_months_begin_on_their_first_day(logs, filled):
    group = filled(["x"])
    query = ", ".join(f"datefloor(fromMillis({ms}), {period}) as f{n}, dateceil(fromMillis({ms}), {period}) as c{n}"
                      for n, (ms, period) in enumerate([(1642195111000, "1mo"), (1642195111000, "1q"),
                                                        (1642195111000, "1y"), (1640995200000, "1month"),
                                                        (1638316800001, "2mo")]))
    rows, _ = insights(logs, group, "fields " + query)
    days = {name: value.removesuffix(" 00:00:00.000") for name, value in rows[0].items() if name != "@ptr"}
    assert days == {"f0": "2022-01-01", "c0": "2022-02-01", "f1": "2022-01-01", "c1": "2022-04-01",
                    "f2": "2022-01-01", "c2": "2023-01-01", "f3": "2022-01-01", "c3": "2022-01-01",
                    "f4": "2021-11-01", "c4": "2022-01-01"}
    rows, _ = insights(logs, group, "stats count(*) by bin(1mo)")
    assert rows == [{"bin(1mo)": time.strftime("%Y-%m-01 00:00:00.000", time.gmtime()), "count(*)": "1"}]
