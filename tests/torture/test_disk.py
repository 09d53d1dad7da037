"""A disk that is full, or breaks, and gets well again: what comes is refused with each vendor's retryable answer, its
clients send it again, and in the end everything is there, once. Nobody restarts anything."""

import resource
import time

import pytest
from load import SECONDS, Load, chance, check_health, telling_its_log
from server import BINARY, Server
from volume import mounted

MB = 1_000_000
SHIM = BINARY.parent / "libfailing_disk.so"
RECOVERS_SECONDS = 30
LONGER_THAN_A_COMMIT_IS_REPEATED = 4.5  # seconds: only then are clients refused


def wait_until_the_engine_takes_rows(server):
    end = time.monotonic() + RECOVERS_SECONDS
    while server.metrics()["tetrascope_journal_blocked"][()] != 0:
        assert time.monotonic() < end, f"the engine takes nothing after {RECOVERS_SECONDS} s"
        time.sleep(0.05)


def go_through(server, trouble, refuses=True):
    """`trouble(server, seconds)` comes and goes while everybody writes; then all is there, and is after a restart.
    `refuses`: it is so bad that clients are refused."""
    moments = chance(trouble.__name__)
    load = Load(patient=True)
    load.start(server)
    load.wait_for(20, RECOVERS_SECONDS)
    end = time.monotonic() + SECONDS
    trouble(server, LONGER_THAN_A_COMMIT_IS_REPEATED)
    while time.monotonic() < end:
        load.wait_for(20, RECOVERS_SECONDS)
        trouble(server, moments.uniform(0.1, 4))
    load.wait_for(20, RECOVERS_SECONDS)
    wait_until_the_engine_takes_rows(server)
    ended = load.stop()
    assert ended == {}, ended
    assert not refuses or sum(load.refusals.values()) > 0, "nothing failed"
    assert server.process.poll() is None
    with telling_its_log(server):
        load.check(server)
        check_health(server)
        assert server.stop()[0] == 0
        with server:
            load.check(server)
            check_health(server)
    print(f"acknowledged {load.counts()}, refused {load.refusals}")


@pytest.fixture
def failing_disk(tmp_path, request):
    """A server whose disk does what is written to `switch`: all of it, or a folder."""
    switch = tmp_path / "switch"
    switch.write_text("")
    folder = tmp_path / "data" / getattr(request, "param", "")
    server = Server(tmp_path / "data", env={"LD_PRELOAD": str(SHIM), "FAILING_DISK": str(folder),
                                            "FAILING_DISK_SWITCH": str(switch)})
    server.switch = switch
    with server:
        yield server


def syncs_fail(server, seconds):
    server.switch.write_text("sync")
    time.sleep(seconds)
    server.switch.write_text("")


def writes_fail(server, seconds):
    server.switch.write_text("write")
    time.sleep(seconds)
    server.switch.write_text("")


def files_may_not_grow(server, seconds):
    """As `ulimit -f` has it; SIGXFSZ is what a process gets that goes on writing."""
    _, most = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1_000, most))
    time.sleep(seconds)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (most, most))


def test_syncs_that_fail(failing_disk):
    go_through(failing_disk, syncs_fail)


def test_writes_that_fail(failing_disk):
    go_through(failing_disk, writes_fail)


@pytest.mark.parametrize("failing_disk", ["store"], indirect=True)
@pytest.mark.parametrize("trouble", [syncs_fail, writes_fail])
def test_an_engine_that_cannot_store_what_the_journal_took(failing_disk, trouble):
    go_through(failing_disk, trouble, refuses=False)
    assert "the engine takes no rows" in failing_disk.logged(), "nothing failed"
    assert "the engine takes rows again" in failing_disk.logged()


def test_files_that_may_not_grow(tmp_path):
    with Server(tmp_path) as server:
        go_through(server, files_may_not_grow)


@pytest.fixture
def small_volume(tmp_path):
    with mounted(tmp_path / "volume", "300m") as place:
        yield place


def fills_up(server, seconds):
    """To the last byte: the reserve too."""
    filler = server.data_dir.parent / "filler"
    with filler.open("wb", buffering=0) as out:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                out.write(bytes(MB))
            except OSError:
                time.sleep(0.02)
    filler.unlink()


def test_a_volume_without_a_byte_left(small_volume):
    with Server(small_volume / "data") as server:
        go_through(server, fills_up)
