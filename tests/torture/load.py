"""Clients of all vendors that write at once, and the books of what was acknowledged to them."""

import contextlib
import os
import random
import threading
import time

import vendors

KILLS = int(os.environ.get("TETRASCOPE_KILLS", "50"))
SECONDS = float(os.environ.get("TETRASCOPE_TORTURE_SECONDS", "4"))  # of load, where a test is not counted in kills
SEED = os.environ.get("TETRASCOPE_TORTURE_SEED", "20260101")
JOIN_SECONDS = 30
LOGGED = 8_000  # characters of a failed server's log


def chance(what):
    """The same numbers again for the same seed."""
    return random.Random(f"{SEED} {what}")


class Writer(threading.Thread):
    """Sends numbered data until told to stop, or until the server goes away; keeps the numbers that were acknowledged.
    `patient`: what was refused with the vendor's retryable answer is sent again, the same numbers, as clients do."""

    def __init__(self, server, vendor, first, patient):
        super().__init__(daemon=True)
        self.server, self.vendor, self.next, self.patient = server, vendor, first, patient
        self.acknowledged = []
        self.refusals = 0
        self.unexpected = None
        self.stopping = threading.Event()

    def run(self):
        try:
            self.prepare()
            while not self.stopping.is_set():
                numbers = list(range(self.next, self.next + vendors.BATCH))
                self.next += vendors.BATCH
                while numbers and not self.stopping.is_set():
                    numbers = self.send(numbers)
        except vendors.ERRORS as error:
            self.unexpected = error  # killed under our hands, or worse: this batch was not acknowledged

    def prepare(self):
        while True:
            try:
                return self.vendor.prepare(self.server)
            except vendors.ERRORS as error:
                self.wait_after(error)

    def send(self, numbers):
        """Those that have to be sent again."""
        before = len(self.acknowledged)
        try:
            for n in self.vendor.send(self.server, numbers):
                self.acknowledged.append(n)  # one at a time: what a vendor takes singly counts as it comes
        except vendors.ERRORS as error:
            self.wait_after(error)
        taken = set(self.acknowledged[before:])
        return [n for n in numbers if n not in taken] if self.patient else []

    def wait_after(self, error):
        if not (self.patient and vendors.is_retryable(error)):
            raise error
        self.refusals += 1
        time.sleep(0.02)


class Load:
    """One writer a vendor over one or several lives of a server, and what they were told."""

    def __init__(self, patient=False):
        self.patient = patient
        self.clients = {name: make() for name, make in vendors.VENDORS.items()}
        self.acknowledged = {name: [] for name in self.clients}
        self.tried = dict.fromkeys(self.clients, 0)
        self.refusals = dict.fromkeys(self.clients, 0)
        self.writers = {}

    def start(self, server):
        self.writers = {name: Writer(server, client, self.tried[name], self.patient)
                        for name, client in self.clients.items()}
        for writer in self.writers.values():
            writer.start()

    def stop(self):
        """Waits for the writers; how each that ended by itself ended."""
        for writer in self.writers.values():
            writer.stopping.set()
        ended = {}
        for name, writer in self.writers.items():
            writer.join(JOIN_SECONDS)
            assert not writer.is_alive(), f"{name} hangs"
            self.acknowledged[name] += writer.acknowledged
            self.tried[name] = writer.next
            self.refusals[name] += writer.refusals
            if writer.unexpected is not None:
                ended[name] = writer.unexpected
        self.writers = {}
        return ended

    def so_far(self):
        """How many were acknowledged to each, while they write."""
        return {name: len(self.acknowledged[name]) + len(self.writers[name].acknowledged) for name in self.clients}

    def wait_for(self, more, seconds=30):
        """Until everybody was acknowledged so many more; a writer that ends by itself before is an error."""
        before = self.so_far()
        end = time.monotonic() + seconds
        while not all(now >= before[name] + more for name, now in self.so_far().items()):
            for name, writer in self.writers.items():
                assert writer.unexpected is None, f"{name}: {writer.unexpected!r}"
            assert time.monotonic() < end, f"not within {seconds} s: {before} → {self.so_far()}"
            time.sleep(0.02)

    def counts(self):
        return {name: len(numbers) for name, numbers in self.acknowledged.items()}

    def check(self, server, once=True):
        """What was acknowledged is there, exactly once, through each vendor's own API; nothing that was never sent."""
        for name, numbers in self.acknowledged.items():
            found = self.clients[name].stored(server, self.tried[name])
            lost = [n for n in numbers if n not in found]
            assert lost == [], f"{name}: {len(lost)} acknowledged and lost"
            doubled = [n for n, times in found.items() if times != 1]
            assert not once or doubled == [], f"{name}: {len(doubled)} there more than once"
            assert set(found) <= set(range(self.tried[name])), f"{name}: never sent"


@contextlib.contextmanager
def telling_its_log(server):
    """What a server said shows with the failure of its test."""
    try:
        yield
    except BaseException:
        print(server.logged()[-LOGGED:])
        raise


def check_health(server):
    """tetrascope doctor finds nothing: parts, journal, and what is derived from rows."""
    told = server.run("doctor", "--json")
    assert told[0] == 0, told
