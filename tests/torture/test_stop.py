"""SIGTERM while clients of all vendors write: what was taken is stored and answered, and the exit code is 0."""

import time

from load import KILLS, Load, chance, check_health
from server import Server

ROUNDS = max(KILLS // 10, 3)


def test_a_stop_under_load_loses_nothing(tmp_path):
    moments = chance("stops")
    load = Load()
    slowest = 0.0
    server = Server(tmp_path)
    for _ in range(ROUNDS):
        server.start()
        load.start(server)
        time.sleep(moments.uniform(0.2, 1.5))
        code, seconds = server.stop()
        load.stop()
        slowest = max(slowest, seconds)
        assert code == 0, server.logged()[-2000:]
        assert list((server.data_dir / "journal").glob("*.journal")) == [], "drained"
    with server:
        load.check(server)
        check_health(server)
    print(f"{ROUNDS} stops, acknowledged {load.counts()}, slowest {slowest:.2f} s")
