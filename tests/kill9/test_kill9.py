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


class Writer(threading.Thread):
    """Sends numbered events over one server's life; keeps the numbers that were acknowledged and that were tried."""

    def __init__(self, url, name, first):
        super().__init__(daemon=True)
        self.url, self.writer, self.next = url, name, first
        self.acknowledged = []
        self.tried = []

    def run(self):
        while True:
            numbers = list(range(self.next, self.next + BATCH))
            self.next += BATCH
            self.tried += numbers
            body = json.dumps([{"data": {"writer": self.writer, "n": n}} for n in numbers]).encode()
            request = urllib.request.Request(f"{self.url}/1/batch/killed", body, headers={
                "X-Honeycomb-Team": honeycomb.KEY, "Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    statuses = json.load(answer)
            except (OSError, ValueError):
                return  # killed under our hands: this batch was not acknowledged
            self.acknowledged += [n for n, each in zip(numbers, statuses, strict=True) if each["status"] == 202]


def counts(url, tried):
    """Writer → (rows, different numbers) that are stored."""
    stored = {}
    for writer in sorted(tried):
        spec = {"calculations": [{"op": "COUNT"}, {"op": "COUNT_DISTINCT", "column": "n"}],
                "filters": [honeycomb.equal("writer", writer)], "time_range": 7200}
        found = honeycomb.rows(url, spec, "killed")
        stored[writer] = (found[0]["COUNT"], found[0]["COUNT_DISTINCT(n)"]) if found else (0, 0)
    return stored


def missing_ranges(url, writer, numbers):
    """Acknowledged batches of a writer that are not wholly there."""
    lost = []
    for first in numbers[::BATCH]:
        filters = [honeycomb.equal("writer", writer), {"column": "n", "op": ">=", "value": first},
                   {"column": "n", "op": "<", "value": first + BATCH}]
        if honeycomb.count(url, *filters, dataset="killed") != BATCH:
            lost.append(first)
    return lost


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
        stored = counts(server.url, tried)
        for writer, numbers in acknowledged.items():
            rows, distinct = stored[writer]
            assert rows == distinct, f"{writer}: {rows - distinct} of {rows} rows are there twice"
            assert len(numbers) <= rows <= tried[writer]
            assert missing_ranges(server.url, writer, numbers) == []
    print(f"{KILLS} kills, {total} events acknowledged, slowest start {slowest:.2f} s")
