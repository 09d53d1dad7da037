"""What pyrollbar and rollbar.js really sent, replayed byte for byte: each occurrence is read back as it was, items are
what a person would call one error, and nothing changes over a restart, a kill -9 included."""

import json
import signal
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
from raw_http import Connection
from server import Server

FILE = Path(__file__).resolve().parent.parent / "captures" / "rollbar.jsonl"
CAPTURES = [json.loads(line) for line in FILE.read_text().splitlines()]
TOKEN = "aaaabbbbccccddddeeeeffff00001111"


def replay(server, capture):
    with Connection(server.http_address()) as connection:
        head = capture["request_line"] + "\r\n" + "".join(f"{k}: {v}\r\n" for k, v in capture["headers"]) + "\r\n"
        connection.send(head.encode("latin-1") + capture["body"].encode())
        return connection.answer()


def ask(server, path):
    request = urllib.request.Request(server.url + "/api/1" + path, headers={"X-Rollbar-Access-Token": TOKEN})
    with urllib.request.urlopen(request, timeout=20) as answer:
        body = json.load(answer)
    assert body["err"] == 0
    return body["result"]


def sent(capture):
    return json.loads(capture["body"])["data"]


def title(data):
    body = data["body"]
    if "message" in body:
        return body["message"]["body"]
    exception = (body.get("trace") or body["trace_chain"][0])["exception"]
    return f"{exception['class']}: {exception['message']}"


@pytest.fixture(scope="module")
def replayed(server):
    return [replay(server, capture) for capture in CAPTURES]


def check(server):
    """The whole of what was sent, as the API shows it."""
    instances = ask(server, "/instances?limit=100")["instances"]
    by_uuid = {each["data"]["uuid"]: each["data"] for each in instances}
    assert len(instances) == len(CAPTURES)
    for capture in CAPTURES:
        data = sent(capture)
        found = by_uuid[data["uuid"]]
        found.pop("metadata")
        assert found == data
    items = ask(server, "/items")
    wanted = Counter((sent(each)["environment"], title(sent(each))) for each in CAPTURES)
    assert {(each["environment"], each["title"]): each["total_occurrences"] for each in items["items"]} == wanted
    assert items["total_count"] == len(wanted)
    assert sorted(each["counter"] for each in items["items"]) == list(range(1, len(wanted) + 1))


def test_every_request_is_acknowledged(replayed):
    for capture, (status, _, body) in zip(CAPTURES, replayed, strict=True):
        assert (status, json.loads(body)) == (200, {"err": 0, "result": {"id": None, "uuid": sent(capture)["uuid"]}})


def test_everything_is_read_back(server, replayed):
    check(server)


def test_a_known_uuid_is_not_counted_again(server, replayed):
    for capture in CAPTURES:
        assert replay(server, capture)[0] == 200
    check(server)


def test_a_kill_changes_nothing(tmp_path):
    with Server(tmp_path) as first:
        for capture in CAPTURES:
            assert replay(first, capture)[0] == 200
        before = ask(first, "/items")
        first.stop(signal.SIGKILL)
    with Server(tmp_path) as second:
        check(second)
        assert ask(second, "/items") == before
        # A client that never got its answer sends again.
        assert replay(second, CAPTURES[0])[0] == 200
        check(second)
