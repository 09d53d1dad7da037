"""kill -9 at random moments while clients of all vendors write: after each restart everything that was acknowledged is
there, once."""

import os
import random
import threading
import time

import vendors
from botocore.exceptions import BotoCoreError, ClientError
from server import Server

KILLS = int(os.environ.get("TETRASCOPE_KILLS", "50"))


class Writer(threading.Thread):
    """Sends numbered data over one server's life; keeps the numbers that were acknowledged."""

    def __init__(self, server, vendor, first):
        super().__init__(daemon=True)
        self.server, self.vendor, self.next = server, vendor, first
        self.acknowledged = []

    def run(self):
        try:
            self.vendor.prepare(self.server)
            while True:
                numbers = list(range(self.next, self.next + vendors.BATCH))
                self.next += vendors.BATCH
                for n in self.vendor.send(self.server, numbers):
                    self.acknowledged.append(n)  # one at a time: what a vendor takes singly counts as it comes
        except (OSError, ValueError, BotoCoreError, ClientError):
            return  # killed under our hands: this batch was not acknowledged


def test_nothing_acknowledged_is_lost(tmp_path):
    chance = random.Random(20260101)
    clients = {name: make() for name, make in vendors.VENDORS.items()}
    acknowledged = {name: [] for name in clients}
    tried = dict.fromkeys(clients, 0)
    slowest = 0.0
    for _ in range(KILLS):
        server = Server(tmp_path).start()
        slowest = max(slowest, server.ready_seconds)
        writers = {name: Writer(server, client, tried[name]) for name, client in clients.items()}
        for writer in writers.values():
            writer.start()
        time.sleep(chance.uniform(0.05, 1.2))
        server.kill()
        for name, writer in writers.items():
            writer.join(15)
            assert not writer.is_alive(), name
            acknowledged[name] += writer.acknowledged
            tried[name] = writer.next
    counts = {name: len(numbers) for name, numbers in acknowledged.items()}
    assert min(counts.values()) > KILLS, f"no load: {counts}"

    with Server(tmp_path) as server:
        for name, numbers in acknowledged.items():
            found = clients[name].stored(server, tried[name])
            assert [n for n in numbers if n not in found] == [], f"{name}: acknowledged and lost"
            assert [n for n, times in found.items() if times != 1] == [], f"{name}: there more than once"
            assert set(found) <= set(range(tried[name])), f"{name}: never sent"
    print(f"{KILLS} kills, acknowledged: {counts}, slowest start {slowest:.2f} s")
