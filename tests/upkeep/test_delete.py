"""tetrascope delete: what is named goes, nothing else, and nobody else can ask for it."""

import json
import time
import urllib.error
import urllib.request

import boto3
from cloudwatch import CREDENTIALS
from store import wait_for

DAY = 86_400 * 10**9


def test_a_trace_goes_with_a_dry_run_first(start):
    store = start()
    store.send_spans(0xAA, count=3)
    store.send_spans(0xBB, count=2)
    dry = store.run_json("delete", "--trace", f"{0xAA:032x}", "--dry-run")
    assert dry == {"dry_run": True, "rows": {"spans": 3, "logs": 0, "occurrences": 0, "documents": 0}}
    assert store.rows("spans") == 5
    code, said, complained = store.run("delete", "--trace", f"{0xAA:032x}")
    assert code == 2 and "--yes" in complained and "3 spans" in said
    assert store.rows("spans") == 5
    code, said, _ = store.run("delete", "--trace", f"1-00000000-{0xAA:024x}", "--yes")
    assert (code, said) == (0, "gone: 3 spans\n")
    assert store.rows("spans") == 2
    dropped = store.metrics()["tetrascope_dropped_rows_total"]
    assert dropped[(("cause", "delete"), ("table", "spans"))] == 3


def test_a_dataset_goes_as_far_as_it_is_old(start):
    store = start()
    now = time.time_ns()
    store.send_spans(1, count=2, service="web", at=now - 10 * DAY)
    store.send_spans(2, count=3, service="web", at=now)
    store.send_spans(3, count=4, service="cart", at=now - 10 * DAY)
    gone = store.run_json("delete", "--dataset", "web", "--before", "7d", "--yes")
    assert gone["rows"]["spans"] == 2
    assert store.rows("spans") == 7
    gone = store.run_json("delete", "--before", "7d", "--yes")
    assert gone["rows"]["spans"] == 4


def test_a_log_group_goes_and_its_settings_stay(start):
    store = start()
    logs = boto3.client("logs", endpoint_url=store.url, **CREDENTIALS)
    now = int(time.time() * 1000)
    for name in ("one", "other"):
        logs.create_log_group(logGroupName=name)
        logs.create_log_stream(logGroupName=name, logStreamName="s")
        logs.put_log_events(logGroupName=name, logStreamName="s",
                            logEvents=[{"timestamp": now + i, "message": f"{name} {i}"} for i in range(3)])
    assert store.run_json("delete", "--log-group", "one", "--yes")["rows"] == {"logs": 3}
    assert logs.filter_log_events(logGroupName="one")["events"] == []
    assert len(logs.filter_log_events(logGroupName="other")["events"]) == 3
    names = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    assert names == ["one", "other"]


def test_everything_goes_and_the_server_goes_on(start):
    store = start()
    store.send_spans(1, count=5)
    store.send_logs(["a", "b"])
    assert store.run_json("delete", "--everything", "--dry-run")["rows"]["spans"] == 5
    assert store.run_json("delete", "--everything", "--yes")["rows"]["logs"] == 2
    assert store.rows("spans") == 0
    store.send_spans(2, count=4)
    assert store.rows("spans") == 4
    store.stop()
    store.start()
    assert store.rows("spans") == 4


def asked(url, body=b"{}", method="POST", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url + "/admin/delete", body, named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        json.loads(error.read())
        return error.code


def test_only_who_knows_the_secret_may_ask(start):
    store = start()
    store.send_spans(1, count=5)
    file = store.data_dir / "server.json"
    assert file.stat().st_mode & 0o777 == 0o600
    secret = json.loads(file.read_text())["secret"]
    everything = b'{"everything": true}'
    json_type = {"Content_Type": "application/json"}
    assert asked(store.url, everything, **json_type) == 401
    assert asked(store.url, everything, **json_type, Authorization="Bearer " + "0" * 32) == 401
    assert asked(store.url, everything, **json_type, Authorization="Bearer ") == 401
    # As a page in a browser could send it.
    assert asked(store.url, everything, Content_Type="text/plain", Authorization=f"Bearer {secret}") == 415
    assert store.rows("spans") == 5
    # The server's own bounds, to whoever may ask.
    allowed = {**json_type, "Authorization": f"Bearer {secret}"}
    for bad in (b"", b"[]", b"{}", b'{"trace": 5}', b'{"colour": "red"}', b'{"everything": true, "trace": "a"}',
                b'{"everything": false}', b'{"before": "yesterday"}'):
        assert asked(store.url, bad, **allowed) == 400, bad
    assert store.rows("spans") == 5


def test_without_a_server_the_command_says_how_to_get_one(start, tmp_path):
    store = start()
    store.stop()
    assert not (store.data_dir / "server.json").exists()
    code, _, complained = store.run("delete", "--everything", "--yes")
    assert code == 1 and "tetrascope serve --data-dir" in complained
    for wrong in ([], ["--before", "soon"], ["--nonsense"]):
        code, _, complained = store.run("delete", *wrong)
        assert code == 2 and complained.count("\n") == 1, complained
    code, said, _ = store.run("delete", "--help")
    assert code == 0 and "Examples:" in said and "--dry-run" in said


def test_what_is_deleted_stays_so_after_a_kill(start):
    store = start()
    for trace in range(1, 6):
        store.send_spans(trace, count=10)
    store.run_json("delete", "--trace", f"{1:032x}", "--yes")
    store.send_spans(9, count=3)
    store.kill()
    store.start()
    assert wait_for(lambda: store.rows("spans") == 43)
