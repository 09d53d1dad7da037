"""What is past its time goes: signals by whole parts, datasets and log groups by rows."""

import time

import boto3
from cloudwatch import CREDENTIALS
from store import wait_for

DAY_MS = 86_400_000


def dropped(store, cause, table):
    return store.metrics().get("tetrascope_dropped_rows_total", {}).get((("cause", cause), ("table", table)), 0)


def test_a_signal_goes_when_it_came_long_enough_ago(start):
    store = start("--retention-traces", "2s", "--tidy-every", "1s")
    store.send_spans(1, count=5)
    assert store.send_logs(["kept"]) == 200
    wait_for(lambda: dropped(store, "retention", "spans") == 5)
    assert store.rows("spans") == 0 and store.rows("logs") == 1
    assert "retention: 5 rows of spans" in store.logged()


def test_a_dataset_goes_sooner_than_the_others(start):
    store = start("--retention-datasets", "staging=2s", "--tidy-every", "1s")
    store.send_spans(1, count=5, service="staging")
    store.send_spans(2, count=3, service="live")
    wait_for(lambda: dropped(store, "retention", "spans") == 5)
    assert store.rows("spans") == 3


def test_a_log_groups_policy_is_what_happens(start):
    store = start("--tidy-every", "1s")
    logs = boto3.client("logs", endpoint_url=store.url, **CREDENTIALS)
    now = int(time.time() * 1000)
    for name in ("short", "long"):
        logs.create_log_group(logGroupName=name)
        logs.create_log_stream(logGroupName=name, logStreamName="s")
        logs.put_log_events(logGroupName=name, logStreamName="s",
                            logEvents=[{"timestamp": now - 2 * DAY_MS + 60_000, "message": "old"}])
        logs.put_log_events(logGroupName=name, logStreamName="s",
                            logEvents=[{"timestamp": now, "message": "new"}])
    assert store.rows("logs") == 4
    logs.put_retention_policy(logGroupName="short", retentionInDays=1)
    wait_for(lambda: dropped(store, "vendor_retention", "logs") == 1)
    assert store.rows("logs") == 3
    assert [event["message"] for event in logs.filter_log_events(logGroupName="short")["events"]] == ["new"]
    logs.delete_log_group(logGroupName="long")
    wait_for(lambda: dropped(store, "vendor_retention", "logs") == 3)
    assert store.rows("logs") == 1


def test_a_removed_stream_is_gone_from_the_disk(start):
    store = start("--tidy-every", "1s")
    logs = boto3.client("logs", endpoint_url=store.url, **CREDENTIALS)
    logs.create_log_group(logGroupName="g")
    for stream in ("a", "b"):
        logs.create_log_stream(logGroupName="g", logStreamName=stream)
        logs.put_log_events(logGroupName="g", logStreamName=stream,
                            logEvents=[{"timestamp": int(time.time() * 1000), "message": stream}])
    logs.delete_log_stream(logGroupName="g", logStreamName="a")
    wait_for(lambda: dropped(store, "vendor_retention", "logs") == 1)
    assert [event["message"] for event in logs.filter_log_events(logGroupName="g")["events"]] == ["b"]


def test_nothing_goes_unless_it_was_said(start):
    store = start("--tidy-every", "1s")
    store.send_spans(1, count=5, at=10**18)  # 2001
    time.sleep(4)
    assert store.rows("spans") == 5
    assert "tetrascope_dropped_rows_total" not in store.metrics()
