"""kill -9 at random moments under load: after each restart everything that was acknowledged is there, once."""

import json
import os
import random
import threading
import time
import urllib.request

import honeycomb
from server import Server

KILLS = int(os.environ.get("TETRASCOPE_KILLS", "50"))
WRITERS = 3
BATCH = 40
GROUPS = 1000


class Writer(threading.Thread):
    """Sends numbered events over one server's life; keeps the numbers that were acknowledged."""

    def __init__(self, url, name, first):
        super().__init__(daemon=True)
        self.url, self.writer, self.next = url, name, first
        self.acknowledged = []

    def run(self):
        while True:
            numbers = list(range(self.next, self.next + BATCH))
            self.next += BATCH
            body = json.dumps([{"data": {"writer": self.writer, "n": n}} for n in numbers]).encode()
            request = urllib.request.Request(f"{self.url}/1/batch/killed", body, headers={
                "X-Honeycomb-Team": honeycomb.KEY, "Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    statuses = json.load(answer)
            except (OSError, ValueError):
                return  # killed under our hands: this batch was not acknowledged
            self.acknowledged += [n for n, each in zip(numbers, statuses, strict=True) if each["status"] == 202]


def stored(url, writer, tried):
    """number → how many rows have it, for one writer; asked in pieces of as many groups as an answer may have."""
    found = {}
    for first in range(0, tried, GROUPS):
        filters = [honeycomb.equal("writer", writer), {"column": "n", "op": ">=", "value": first},
                   {"column": "n", "op": "<", "value": first + GROUPS}]
        spec = {"calculations": [{"op": "COUNT"}], "breakdowns": ["n"], "filters": filters, "limit": GROUPS,
                "time_range": 7200}
        found |= {row["n"]: row["COUNT"] for row in honeycomb.rows(url, spec, "killed")}
    return found


def test_nothing_acknowledged_is_lost(tmp_path):
    chance = random.Random(20260101)
    acknowledged = {f"w{n}": [] for n in range(WRITERS)}
    tried = {f"w{n}": 0 for n in range(WRITERS)}
    slowest = 0.0
    for _ in range(KILLS):
        server = Server(tmp_path).start()
        slowest = max(slowest, server.ready_seconds)
        writers = [Writer(server.url, name, tried[name]) for name in sorted(tried)]
        for writer in writers:
            writer.start()
        time.sleep(chance.uniform(0.05, 1.2))
        server.kill()
        for writer in writers:
            writer.join(15)
            assert not writer.is_alive()
            acknowledged[writer.writer] += writer.acknowledged
            tried[writer.writer] = writer.next
    total = sum(map(len, acknowledged.values()))
    assert total > KILLS * BATCH, f"only {total} events were acknowledged: no load"

    with Server(tmp_path) as server:
        for writer, numbers in acknowledged.items():
            found = stored(server.url, writer, tried[writer])
            assert [n for n in numbers if n not in found] == [], f"{writer}: acknowledged and lost"
            assert [n for n, rows in found.items() if rows != 1] == [], f"{writer}: there more than once"
            assert set(found) <= set(range(tried[writer])), f"{writer}: never sent"
    print(f"{KILLS} kills, {total} events acknowledged, slowest start {slowest:.2f} s")
