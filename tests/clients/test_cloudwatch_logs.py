"""CloudWatch Logs as its clients see it: watchtower and boto3, unchanged but for the endpoint."""

import json
import logging
import threading
import time
import urllib.error
import urllib.request
import uuid

import boto3
import watchtower
from cloudwatch import ACCOUNT, CREDENTIALS, insights, now_ms, put, refused
from server import Server


def test_watchtower(server, logs, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    name = f"w-{uuid.uuid4().hex}"
    handler = watchtower.CloudWatchLogHandler(log_group=name, log_group_tags={"team": "a"}, log_group_retention_days=7,
                                              boto3_client=boto3.client("logs"))
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    for i in range(5):
        logger.info("message %d", i)
    handler.flush()
    handler.close()
    events = logs.filter_log_events(logGroupName=name)["events"]
    assert [event["message"] for event in events] == [f"message {i}" for i in range(5)]
    described = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    assert described["retentionInDays"] == 7 and described["storedBytes"] == 5 * (9 + 26)
    assert logs.list_tags_for_resource(resourceArn=described["logGroupArn"])["tags"] == {"team": "a"}


def test_groups_and_streams(logs, group):
    assert refused("ResourceAlreadyExistsException", logs.create_log_group,
                   logGroupName=group) == "The specified log group already exists"
    shown = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert [g["arn"] for g in shown] == [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:*"]
    assert refused("ResourceNotFoundException", logs.put_log_events, logGroupName=group, logStreamName="s",
                   logEvents=[{"timestamp": now_ms(), "message": "m"}]) == "The specified log stream does not exist."
    for stream in ("b", "a//x", "c"):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    put(logs, group, "b", ["one"])
    streams = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True)["logStreams"]
    assert [s["logStreamName"] for s in streams] == ["b", "c", "a//x"]
    assert "lastEventTimestamp" in streams[0] and "lastEventTimestamp" not in streams[1]
    logs.delete_log_stream(logGroupName=group, logStreamName="b")
    assert logs.filter_log_events(logGroupName=group)["events"] == []
    logs.delete_log_group(logGroupName=group)
    logs.create_log_group(logGroupName=group)
    assert logs.describe_log_streams(logGroupName=group)["logStreams"] == []


def test_short_pages_over_many_events(logs, group):
    """Short pages are read in parts of the group's time: each event is in one of them, whichever way they are read."""
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    begin = now_ms() - 3_600_000
    for batch in range(7):  # over fifty thousand, and over minutes
        at = begin + batch * 300_000
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[
            {"timestamp": at + n * 20,
             "message": json.dumps({"n": batch * 10_000 + n, "is": "odd" if n % 2 else "even"})}
            for n in range(10_000)])

    def found(pattern, **more):
        pages, token = [], {}
        while not pages or token:
            page = logs.filter_log_events(logGroupName=group, filterPattern=pattern, **more, **token)
            pages.append([json.loads(event["message"])["n"] for event in page["events"]])
            token = {"nextToken": page["nextToken"]} if "nextToken" in page else {}
        return pages

    rare = list(range(4_321, 70_000, 10_000))
    assert [n for page in found('"4321,"', limit=3) for n in page] == rare
    assert [n for page in found('"4321,"', limit=3, startFromHead=False, startTime=begin) for n in page] == rare[::-1]
    assert [n for page in found('{ $.n = "*4321" }', limit=3) for n in page] == rare
    odd = found("odd", limit=1_000)
    assert [len(page) for page in odd if page] == [1_000] * 35
    assert [n for page in odd for n in page] == list(range(1, 70_000, 2))
    assert found("nothing", limit=1_000) == [[]]


def test_other_regions_have_other_groups(server, group):
    other = boto3.client("logs", endpoint_url=server.url, **{**CREDENTIALS, "region_name": "eu-west-1"})
    assert other.describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []


def test_limits(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    day = 86_400_000
    times = [now_ms() - 15 * day, now_ms() - 1000, now_ms(), now_ms() + day]
    answer = logs.put_log_events(logGroupName=group, logStreamName="s",
                                 logEvents=[{"timestamp": t, "message": "m"} for t in times])
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 3}
    assert len(logs.filter_log_events(logGroupName=group)["events"]) == 2
    wrong = [{"timestamp": now_ms(), "message": "a"}, {"timestamp": now_ms() - 5, "message": "b"}]
    assert "chronological order" in refused("InvalidParameterException", logs.put_log_events, logGroupName=group,
                                            logStreamName="s", logEvents=wrong)
    assert refused("InvalidParameterException", logs.filter_log_events, logGroupName=group, limit=10_001) == (
        "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value "
        "less than or equal to 10000")
    refused("InvalidParameterException", logs.filter_log_events, logGroupName=group, nextToken="none")
    refused("ResourceNotFoundException", logs.filter_log_events, logGroupName="nothing")


def test_tokens_while_others_write(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    base = now_ms() - 60_000
    put(logs, group, "s", [f"old {i}" for i in range(500)], base)
    stop = threading.Event()

    def write():
        n = 0
        while not stop.is_set():
            put(logs, group, "s", [f"new {n}"])
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for name, more in (("filter", {}), ("get", {"startFromHead": True})):
            seen, token = [], None
            while True:
                asked = {"logGroupName": group, "limit": 37, **more, **({"nextToken": token} if token else {})}
                if name == "filter":
                    page = logs.filter_log_events(**asked, endTime=base + 499)
                    following = page.get("nextToken")
                else:
                    page = logs.get_log_events(**asked, logStreamName="s", endTime=base + 500)
                    following = page["nextForwardToken"] if page["nextForwardToken"] != token else None
                seen += [event["message"] for event in page["events"]]
                token = following
                if token is None:
                    break
            assert seen == [f"old {i}" for i in range(500)], name
    finally:
        stop.set()
        writer.join()
    page = logs.get_log_events(logGroupName=group, logStreamName="s", endTime=base + 500, limit=10)
    assert [e["message"] for e in page["events"]] == [f"old {i}" for i in range(490, 500)]
    page = logs.get_log_events(logGroupName=group, logStreamName="s", limit=10, nextToken=page["nextBackwardToken"])
    assert [e["message"] for e in page["events"]] == [f"old {i}" for i in range(480, 490)]


def test_filter_patterns(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    messages = ["GET /a 200 OK", "GET /b 500 INTERNAL SERVER ERROR", json.dumps({"level": "ERROR", "ms": 1500}),
                json.dumps({"level": "INFO", "ms": 3})]
    put(logs, group, "s", messages)

    def found(pattern):
        return [messages.index(e["message"]) for e in
                logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]]

    assert found("?ERROR ?500") == [1, 2]
    assert found('"500 INTERNAL"') == [1]
    assert found("GET -500") == [0]
    assert found("{ $.ms > 1000 }") == [2]
    assert found('{ $.level = "INFO" || $.ms = 1500 }') == [2, 3]
    assert found("[method, path, code = 2*, ...]") == [0]
    assert found("%^GET /[ab]%") == [0, 1]
    refused("InvalidParameterException", logs.filter_log_events, logGroupName=group, filterPattern="{ $.a = }")
    tested = logs.test_metric_filter(filterPattern="{ $.ms > 1000 }", logEventMessages=messages)["matches"]
    assert tested == [{"eventNumber": 3, "eventMessage": messages[2], "extractedValues": {"$.ms": "1500"}}]


def test_insights(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    at = now_ms() // 60_000 * 60_000
    put(logs, group, "s", [json.dumps({"status": status, "ms": ms, "path": path}) for status, ms, path in
                           [(200, 10, "/a"), (500, 30, "/a"), (200, 20, "/b")]] + ["user=u1, took 7 ms"], at)
    rows, statistics = insights(logs, group, "fields @timestamp, @message, @logStream, @log | limit 1")
    assert rows[0]["@message"] == "user=u1, took 7 ms" and rows[0]["@log"] == f"{ACCOUNT}:{group}"
    assert rows[0]["@timestamp"] == time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at / 1000)) + ".003"
    assert statistics["recordsMatched"] == 4
    rows, statistics = insights(logs, group, "filter status = 200 | stats count(*) as n, avg(ms), max(ms) by path")
    assert rows == [{"path": "/a", "n": "1", "avg(ms)": "10", "max(ms)": "10"},
                    {"path": "/b", "n": "1", "avg(ms)": "20", "max(ms)": "20"}]
    assert statistics["recordsMatched"] == 2 and statistics["recordsScanned"] == 4
    rows, _ = insights(logs, group, 'parse @message "user=*, took * ms" as who, ms2 | filter ispresent(who) | '
                                    "display who, ms2 * 2 as twice")
    assert [{k: v for k, v in row.items() if k != "@ptr"} for row in rows] == [{"who": "u1", "twice": "14"}]
    rows, _ = insights(logs, group, "stats count(*) as n by bin(1m) | sort n desc | limit 20")
    assert rows == [{"bin(1m)": time.strftime("%Y-%m-%d %H:%M:%S.000", time.gmtime(at / 1000)), "n": "4"}]
    rows, _ = insights(logs, group, "fields path, ms | filter ispresent(path) | sort ms desc | dedup path")
    assert [(row["path"], row["ms"]) for row in rows] == [("/a", "30"), ("/b", "20")]
    rows, _ = insights(logs, group, "filter @message like /nothing/ | stats count(*)")
    assert rows == []
    message = refused("MalformedQueryException", logs.start_query, logGroupName=group, startTime=0, endTime=1,
                      queryString="fields a | count()")
    assert message.startswith("mismatched input 'count' expecting ")


def test_acknowledged_events_survive_a_kill(tmp_path):
    first = Server(tmp_path / "data").start()
    try:
        logs = boto3.client("logs", endpoint_url=first.url, **CREDENTIALS)
        logs.create_log_group(logGroupName="k")
        logs.create_log_stream(logGroupName="k", logStreamName="s")
        put(logs, "k", "s", ["kept"])
    finally:
        first.kill()
    with Server(tmp_path / "data") as second:
        logs = boto3.client("logs", endpoint_url=second.url, **CREDENTIALS)
        assert [e["message"] for e in logs.filter_log_events(logGroupName="k")["events"]] == ["kept"]


def test_fields_and_records(logs, group):
    """What a console asks to complete a query, and to open a row of its result."""
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    put(logs, group, "s", [json.dumps({"a": {"b": [1, "x"]}, "ok": True, "@odd": 1}), json.dumps({"a": {"c": 2.5}}),
                           "text", "[1]"])
    fields = {f["name"]: f["percent"] for f in logs.get_log_group_fields(logGroupName=group)["logGroupFields"]}
    assert fields == {"@timestamp": 100, "@message": 100, "@logStream": 100, "@log": 100, "@ingestionTime": 100,
                      "a.b.0": 25, "a.b.1": 25, "a.c": 25, "ok": 25, "@@odd": 25}
    rows, _ = insights(logs, group, "fields @timestamp | sort @timestamp asc | limit 1")
    record = logs.get_log_record(logRecordPointer=rows[0]["@ptr"])["logRecord"]
    assert {k: record[k] for k in ("@logStream", "@log", "a.b.0", "a.b.1", "ok", "@@odd")} == {
        "@logStream": "s", "@log": f"{ACCOUNT}:{group}", "a.b.0": "1", "a.b.1": "x", "ok": "1", "@@odd": "1"}
    refused("InvalidParameterException", logs.get_log_record, logRecordPointer="none")
    logs.delete_log_stream(logGroupName=group, logStreamName="s")
    refused("ResourceNotFoundException", logs.get_log_record, logRecordPointer=rows[0]["@ptr"])


def test_saved_queries(logs, group):
    name = f"team/{uuid.uuid4().hex}"
    first = logs.put_query_definition(name=name, queryString="fields @message", logGroupNames=[group])
    second = logs.put_query_definition(name=name + "-2", queryString="stats count(*)")["queryDefinitionId"]
    shown = logs.describe_query_definitions(queryDefinitionNamePrefix=name, maxResults=1)
    assert [q["name"] for q in shown["queryDefinitions"]] == [name]
    rest = logs.describe_query_definitions(queryDefinitionNamePrefix=name, nextToken=shown["nextToken"])
    assert [q["queryDefinitionId"] for q in rest["queryDefinitions"]] == [second] and "nextToken" not in rest
    logs.put_query_definition(name=name, queryString="limit 5", queryDefinitionId=first["queryDefinitionId"])
    changed = logs.describe_query_definitions(queryDefinitionNamePrefix=name)["queryDefinitions"][0]
    assert changed["queryString"] == "limit 5" and "logGroupNames" not in changed
    assert logs.delete_query_definition(queryDefinitionId=second)["success"] is True
    refused("ResourceNotFoundException", logs.delete_query_definition, queryDefinitionId=second)
    refused("ResourceNotFoundException", logs.put_query_definition, name="n", queryString="q", queryDefinitionId="no")


def test_queries_of_several_groups(logs, group):
    other = group + "-2"
    logs.create_log_group(logGroupName=other)
    started = logs.start_query(logGroupNames=[group, other], startTime=0, endTime=1, queryString="limit 1")["queryId"]
    assert logs.list_log_groups_for_query(queryId=started)["logGroupIdentifiers"] == [group, other]
    assert logs.describe_queries(logGroupName=group)["queries"][0]["queryId"] == started
    refused("ResourceNotFoundException", logs.list_log_groups_for_query, queryId="none")


def test_the_rest(server, logs, group):
    """There is none of what this server does not make: the service's own words for that, in the service's shape."""
    assert logs.describe_destinations()["destinations"] == []
    assert logs.describe_export_tasks(taskId="x")["exportTasks"] == []
    assert logs.describe_resource_policies()["resourcePolicies"] == []
    assert refused("ResourceNotFoundException", logs.delete_resource_policy,
                   policyName="p") == "Policy with name [p] does not exist."
    assert refused("InvalidParameterException", logs.create_export_task, logGroupName=group, fromTime=0, to=1,
                   destination="b") == "The given bucket does not exist. Please make sure the bucket is valid."
    refused("AccessDeniedException", logs.put_destination, destinationName="d", targetArn="t", roleArn="r")
    operations = logs.meta.service_model.operation_names
    unknown = []
    for name in operations:
        request = urllib.request.Request(server.url, b"{}", {"X-Amz-Target": f"Logs_20140328.{name}"})
        try:
            urllib.request.urlopen(request, timeout=20).read()
        except urllib.error.HTTPError as error:
            assert error.code == 400, name
            if json.load(error)["__type"] == "UnknownOperationException":
                unknown.append(name)
    assert len(operations) > 100 and unknown == []
    sts = boto3.client("sts", endpoint_url=server.url, **CREDENTIALS)
    assert sts.get_caller_identity()["Account"] == ACCOUNT
