"""kill -9 at random moments while clients of all vendors write: after each restart the store is sound, and everything
that was acknowledged is there, once."""

import time

from load import KILLS, Load, chance, check_health
from server import Server


def test_nothing_acknowledged_is_lost(tmp_path):
    moments = chance("kills")
    load = Load()
    starts = []
    server = Server(tmp_path)
    for _ in range(KILLS):
        server.start()
        starts.append(server.ready_seconds)
        load.start(server)
        time.sleep(moments.uniform(0.05, 1.2))
        server.kill()
        load.stop()
        with server:
            check_health(server)
            if moments.random() < 0.5:
                server.kill()  # also when nothing but merges goes on
    counts = load.counts()
    assert min(counts.values()) > KILLS, f"no load: {counts}"
    with server:
        load.check(server)
        check_health(server)
    starts.sort()
    print(f"{KILLS} kills, acknowledged: {counts}, start: median {starts[len(starts) // 2]:.2f} s, "
          f"slowest {starts[-1]:.2f} s")


def test_a_kill_while_it_starts_loses_nothing(tmp_path):
    """What is left in the journal is stored by the next process, and that one may be killed too."""
    moments = chance("kills at start")
    load = Load()
    server = Server(tmp_path)
    for _ in range(max(KILLS // 10, 2)):
        server.start()
        load.start(server)
        time.sleep(moments.uniform(0.3, 0.8))
        server.kill()
        load.stop()
        for _ in range(3):
            server.kill_soon(moments.uniform(0.02, 0.5))
    with server:
        load.check(server)
        check_health(server)
