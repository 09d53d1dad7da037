"""The disk: a budget that holds, and a reserve that keeps the server alive."""

import base64
import os
import time

import pytest
from store import Store, wait_for
from volume import mounted

MB = 1_000_000


def noise(size):
    return base64.b64encode(os.urandom(size * 3 // 4)).decode()


def table_bytes(store):
    samples = store.metrics()
    return sum(samples["tetrascope_table_bytes"].values())


def test_the_oldest_goes_first_and_it_says_so(start):
    budget = 64 << 20
    store = start("--max-disk", "64MiB")
    assert store.send_logs(["the first"]) == 200
    sent = 0
    while sent < 130 * MB:
        texts = [noise(100_000) for _ in range(20)]
        wait_for(lambda texts=texts: store.send_logs(texts) == 200)
        sent += sum(map(len, texts)) * 3 // 4  # base64 packs to about three quarters
    assert store.send_logs(["the last"]) == 200
    wait_for(lambda: table_bytes(store) <= budget, 60)
    log = store.logged()
    assert "--max-disk: the oldest" in log
    assert store.run_json("export", store.data_dir / "out", "--signal", "logs")["rows"]["logs"] > 100
    text = (store.data_dir / "out" / "logs.jsonl").read_text()
    assert "the last" in text and "the first" not in text
    assert store.metrics()["tetrascope_dropped_rows_total"][(("cause", "disk_budget"), ("table", "logs"))] > 100
    assert table_bytes(store) > budget / 4, "more went than had to"


@pytest.fixture
def small_volume(tmp_path):
    with mounted(tmp_path / "volume", "400m") as place:
        yield place


def test_a_disk_that_fills_up_is_an_answer_and_not_the_end(small_volume):
    with Store(small_volume / "data") as store:
        store.send_spans(1, count=5)
        reserve = store.metrics()["tetrascope_disk_reserve_bytes"][()]
        assert 0 < reserve <= 0.02 * store.metrics()["tetrascope_disk_size_bytes"][()]
        free = os.statvfs(small_volume)
        filler = small_volume / "filler"
        with filler.open("wb") as out:
            left = free.f_bavail * free.f_frsize - int(reserve) + 1_000_000
            while left > 0:
                left -= out.write(bytes(min(left, MB)))
        wait_for(lambda: store.send_logs(["refused"]) == 503)
        assert store.metrics()["tetrascope_disk_full"][()] == 1
        assert store.rows("spans") == 5, "who asks is answered"
        # A deletion is what makes room, so it has to work.
        assert store.run_json("delete", "--everything", "--yes")["rows"]["spans"] == 5
        filler.unlink()
        begin = time.monotonic()
        wait_for(lambda: store.send_logs(["taken"]) == 200)
        assert time.monotonic() - begin < 5
        assert store.rows("logs") == 1
        assert "is nearly full" in store.logged() and "has room again" in store.logged()
        assert store.stop()[0] == 0
