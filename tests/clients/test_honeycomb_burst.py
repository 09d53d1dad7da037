"""Many questions at once: those that fit the queue complete, the others are told when to come again, in Honeycomb's
shape; nothing is a 5xx."""

import email.utils
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import honeycomb
from honeycomb import KEY
from raw_http import request

EVENTS = 100_000
BATCH = 5_000
AT_ONCE = 100
PATIENCE_SECONDS = 90
HEADERS = [("X-Honeycomb-Team", KEY), ("Content-Type", "application/json")]


def fill(address, dataset):
    for first in range(0, EVENTS, BATCH):
        events = [{"data": {"n": n, "route": f"/{n % 50}", "ms": n % 1000}} for n in range(first, first + BATCH)]
        status, _, _ = request(address, "POST", f"/1/batch/{dataset}", HEADERS, json.dumps(events).encode())
        assert status == 200


def call(address, seen, method, path, body=None):
    """Repeats the call for as long as the server asks for patience; everything it says is noted."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        sent = b"" if body is None else json.dumps(body).encode()
        status, headers, answer = request(address, method, path, HEADERS, sent, timeout=60)
        seen.append(status)
        if status != 429:
            assert status in (200, 201), (status, answer[:300])
            return json.loads(answer)
        refusal = json.loads(answer)
        assert refusal["type"].endswith("/problems/rate-limited"), refusal
        assert refusal["error"] == "You have exceeded your rate limit."
        assert email.utils.parsedate_to_datetime(headers["retry-after"])
        assert time.monotonic() < end, "never had its turn"
        time.sleep(0.5)


def ask(address, dataset, seen, barrier, turn):
    # Another range for each, so that no two are the same question.
    spec = {"calculations": [{"op": "COUNT"}, {"op": "P99", "column": "ms"}], "breakdowns": ["route"],
            "time_range": 3600 + turn}
    query = call(address, seen, "POST", f"/1/queries/{dataset}", spec)
    barrier.wait()
    result = call(address, seen, "POST", f"/1/query_results/{dataset}",
                  {"query_id": query["id"], "disable_series": True})
    end = time.monotonic() + PATIENCE_SECONDS
    while not result["complete"]:
        assert time.monotonic() < end, "not complete"
        time.sleep(0.2)
        result = call(address, seen, "GET", f"/1/query_results/{dataset}/{result['id']}")
    return result["data"]["total_by_aggregate"]["data"]["COUNT"]


def test_a_burst_of_questions(server):
    address = server.http_address()
    fill(address, "burst")
    seen = []
    barrier = threading.Barrier(AT_ONCE)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        counts = list(pool.map(lambda turn: ask(address, "burst", seen, barrier, turn), range(AT_ONCE)))
    assert counts == [EVENTS] * AT_ONCE
    # Another client is served at once.
    assert honeycomb.count(server.url, dataset="burst") == EVENTS
