"""Live tail: boto3 reads the stream as it comes; it ends with the client, with the server, and for too many."""

import json
import threading
import time
import uuid

import boto3
import pytest
import requests
from botocore.config import Config
from cloudwatch import ACCOUNT, CREDENTIALS, now_ms, put, refused
from server import Server


def client_of(url):
    # Else the client asks a host of another name, which is nobody's (see docs/protocols/cloudwatch_logs.md).
    return boto3.client("logs", endpoint_url=url, config=Config(inject_host_prefix=False, retries={"max_attempts": 0}),
                        **CREDENTIALS)


@pytest.fixture
def tails(server):
    return client_of(server.url)


def arn(group):
    return f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"


def tail(tails, *groups, **more):
    stream = tails.start_live_tail(logGroupIdentifiers=[arn(group) for group in groups], **more)["responseStream"]
    events = iter(stream)
    return stream, next(events)["sessionStart"], events


def results(events, count):
    """The next `count` log events, from as many updates as it takes."""
    found = []
    end = time.monotonic() + 20
    while len(found) < count and time.monotonic() < end:
        found += next(events)["sessionUpdate"]["sessionResults"]
    return found


def test_what_comes_in_is_seen(logs, tails, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    put(logs, group, "s", ["before"])
    stream, start, events = tail(tails, group)
    assert start["logGroupIdentifiers"] == [f"{ACCOUNT}:{group}"] and start["sessionId"] and start["requestId"]
    first = next(events)["sessionUpdate"]
    assert first == {"sessionMetadata": {"sampled": False}, "sessionResults": []}
    at = now_ms() - 3_600_000  # of an hour ago: what counts is when it comes
    put(logs, group, "s", ["one", "two"], at)
    found = results(events, 2)
    assert [(event["message"], event["timestamp"], event["logStreamName"]) for event in found] == [
        ("one", at, "s"), ("two", at + 1, "s")]
    assert {event["logGroupIdentifier"] for event in found} == {f"{ACCOUNT}:{group}"}
    assert abs(found[0]["ingestionTime"] - now_ms()) < 60_000
    put(logs, group, "s", ["one"])
    assert [event["message"] for event in results(events, 1)] == ["one"]
    assert next(events)["sessionUpdate"]["sessionResults"] == []  # none comes twice
    stream.close()


def test_filters(logs, tails, group):
    other = f"o-{uuid.uuid4().hex}"
    logs.create_log_group(logGroupName=other)
    for name, stream in ((group, "a1"), (group, "b1"), (other, "a1")):
        logs.create_log_stream(logGroupName=name, logStreamName=stream)
    by_prefix = tail(tails, group, logStreamNamePrefixes=["a", "x"])
    by_json = tail(tails, group, other, logEventFilterPattern="{ $.status = 5* }")
    for name, stream in ((group, "a1"), (group, "b1"), (other, "a1")):
        put(logs, name, stream, [json.dumps({"status": status, "in": stream}) for status in ("200", "500")])
    assert [event["logStreamName"] for event in results(by_prefix[2], 2)] == ["a1", "a1"]
    found = results(by_json[2], 3)
    assert sorted((event["logGroupIdentifier"], event["logStreamName"]) for event in found) == sorted(
        [(f"{ACCOUNT}:{group}", "a1"), (f"{ACCOUNT}:{group}", "b1"), (f"{ACCOUNT}:{other}", "a1")])
    assert {json.loads(event["message"])["status"] for event in found} == {"500"}
    for stream, _, events in (by_prefix, by_json):
        assert next(events)["sessionUpdate"]["sessionResults"] == []
        stream.close()


def test_a_flood_is_sampled(logs, tails, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    stream, _, events = tail(tails, group)
    put(logs, group, "s", [f"m {n}" for n in range(1_200)])
    while True:
        update = next(events)["sessionUpdate"]
        if update["sessionResults"]:
            break
    assert update["sessionMetadata"]["sampled"] and len(update["sessionResults"]) == 500
    times = [event["timestamp"] for event in update["sessionResults"]]
    assert times == sorted(times) and len(set(times)) == 500
    assert next(events)["sessionUpdate"] == {"sessionMetadata": {"sampled": False}, "sessionResults": []}
    stream.close()


def test_otlp_records_are_tailed(server, logs, tails):
    service = f"svc-{uuid.uuid4().hex}"

    def send(text):
        record = {"timeUnixNano": str(time.time_ns()), "body": {"stringValue": text}}
        resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
        body = {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [record]}]}]}
        assert requests.post(f"{server.url}/v1/logs", json=body, timeout=10).status_code == 200

    send("first")
    stream, _, events = tail(tails, service)
    send("second")
    assert [event["message"] for event in results(events, 1)] == ["second"]
    stream.close()


def test_what_is_refused(tails, group):
    refused("ResourceNotFoundException", tails.start_live_tail, logGroupIdentifiers=[arn("nothing")])
    message = refused("InvalidParameterException", tails.start_live_tail, logGroupIdentifiers=[arn(group) + ":*"])
    assert "[\\w#+=/:,.@-]*" in message
    refused("InvalidParameterException", tails.start_live_tail, logGroupIdentifiers=[arn(group)] * 11)
    refused("InvalidParameterException", tails.start_live_tail, logGroupIdentifiers=[arn(group)],
            logEventFilterPattern="{ $.a = }")
    refused("InvalidParameterException", tails.start_live_tail, logGroupIdentifiers=[arn(group)], logStreamNames=["s"],
            logStreamNamePrefixes=["s"])
    refused("InvalidParameterException", tails.start_live_tail, logGroupIdentifiers=[arn(group), arn(group)],
            logStreamNames=["s"])


def test_there_are_only_so_many_sessions(tmp_path):
    with Server(tmp_path) as server:
        tails = client_of(server.url)
        tails.create_log_group(logGroupName="g")
        open_ones = [tail(tails, "g") for _ in range(15)]
        refused("LimitExceededException", tails.start_live_tail, logGroupIdentifiers=[arn("g")])
        for stream, _, _ in open_ones:
            stream.close()
        for _ in range(40):  # a client that has gone is seen at the next updates
            try:
                stream, _, _ = tail(tails, "g")
                return stream.close()
            except tails.exceptions.LimitExceededException:
                time.sleep(0.25)
    raise AssertionError("closed sessions are still counted")


def test_stopping_the_server_ends_it(tmp_path):
    with Server(tmp_path) as server:
        tails = client_of(server.url)
        tails.create_log_group(logGroupName="g")
        _, _, events = tail(tails, "g")
        assert next(events)["sessionUpdate"]["sessionResults"] == []
        ended = threading.Event()

        def read_to_the_end():
            for event in events:
                assert "sessionUpdate" in event
            ended.set()  # and not by an error: the stream has an end

        reader = threading.Thread(target=read_to_the_end)
        reader.start()
        begin = time.monotonic()
    assert time.monotonic() - begin < 8
    reader.join(5)
    assert ended.is_set()
