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

FOLDER = Path(__file__).resolve().parent.parent / "captures"
CAPTURES = [json.loads(line) for line in (FOLDER / "rollbar.jsonl").read_text().splitlines()]
# Browsers with their preflights, Ruby and the command line among them.
WIRE = [json.loads(line) for line in (FOLDER / "rollbar_wire.jsonl").read_text().splitlines()]
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


def send_wire(server, capture, body=None):
    """(status, headers, body) of a request of WIRE; those to another host are sent in absolute form, as by a proxy."""
    body = capture["body"] if body is None else body
    head = f"{capture['method']} {capture['target']} HTTP/1.1\r\n"
    with Connection(server.http_address()) as connection:
        for name, value in capture["headers"]:
            head += f"{name}: {len(body.encode()) if name.lower() == 'content-length' else value}\r\n"
        connection.send((head + "\r\n").encode("latin-1") + body.encode())
        return connection.answer()


def test_every_request_of_other_clients_is_answered(tmp_path):
    with Server(tmp_path) as server:
        uuids = {}
        for capture in WIRE:
            status, headers, body = send_wire(server, capture)
            path = capture["target"].removeprefix("https://api.rollbar.com")
            if capture["method"] == "OPTIONS":
                asked = next(v for k, v in capture["headers"] if k == "Access-Control-Request-Headers")
                assert status in (200, 204)
                allowed = headers["access-control-allow-headers"].lower().replace(" ", "").split(",")
                assert set(asked.split(",")) <= set(allowed), (asked, allowed)
                assert headers["access-control-allow-origin"] in ("*", "http://127.0.0.1:18081")
            elif path == "/api/1/item/":
                data = json.loads(capture["body"])["data"]
                assert (status, json.loads(body)["err"]) == (200, 0), body
                if "uuid" in data:
                    assert json.loads(body)["result"]["uuid"] == data["uuid"]
                    uuids[data["uuid"]] = data
            elif path == "/api/1/deploy":
                assert status == 200 and json.loads(body)["data"]["deploy_id"] > 0
            else:  # replays and source maps are not taken, in the vendor's shape
                assert (status, json.loads(body)["err"]) == (404, 1), (path, status, body)
        tokens = {v for each in WIRE for k, v in each["headers"] if k.lower() == "x-rollbar-access-token"}
        assert tokens == {TOKEN}
        instances = ask(server, "/instances?limit=100")["instances"]
        shown = {each["data"]["uuid"]: each["data"] for each in instances}
        assert len(uuids) > 10
        for each in uuids.values():
            found = dict(shown[each["uuid"]])
            found.pop("metadata")
            if each.get("request", {}).get("user_ip") == "$remote_ip":
                assert found["request"]["user_ip"] == "127.0.0.1"
                found["request"]["user_ip"] = "$remote_ip"
            assert found == each
        assert [d["environment"] for d in ask(server, "/deploys")["deploys"]] == ["production"]
