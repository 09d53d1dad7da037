"""The benchmarks' meter: figures that are published must not depend on luck."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import ask
import meter
import questions

BURN = "import time; end = time.process_time() + {}\nwhile time.process_time() < end: pass\n"


@pytest.fixture
def process():
    started = []

    def start(code):
        started.append(subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.communicate()


def test_cpu_of_children_counts_while_they_run_and_when_they_have_ended(process):
    child = BURN.format(0.3)
    parent = process(f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])\n"
                     f"print('ended', flush=True)\nsys.stdin.read()")
    tree = meter.ProcessTree(parent.pid)
    seen = 0
    while seen == 0:  # a child shows before it has ended
        seen = sum(pid != parent.pid for pid in tree.pids())
    assert parent.stdout.readline() == b"ended\n"
    assert 0.28 < tree.cpu_seconds() < 1.0


def test_waits_until_the_work_behind_is_done(process):
    busy = process(BURN.format(1.5) + "import sys; sys.stdin.read()")
    tree = meter.ProcessTree(busy.pid)
    assert tree.wait_until_quiet(quiet_seconds=1, limit_seconds=60)
    assert tree.cpu_seconds() >= 1.45
    assert not meter.ProcessTree(process(BURN.format(30)).pid).wait_until_quiet(quiet_seconds=1, limit_seconds=2)


def test_a_file_with_two_names_is_on_disk_once(tmp_path):
    (tmp_path / "part").mkdir()
    (tmp_path / "part/data").write_bytes(b"x" * 100_000)
    os.link(tmp_path / "part/data", tmp_path / "the same")
    (tmp_path / "sparse").touch()
    os.truncate(tmp_path / "sparse", 50_000_000)
    size = meter.folder_bytes(tmp_path)
    assert size["apparent"] == 50_100_000
    assert 100_000 <= size["allocated"] < 1_000_000


def test_memory_has_a_peak_that_can_be_forgotten(process):
    grown = process("data = b'x' * 200_000_000; del data; print('done', flush=True); import sys; sys.stdin.read()")
    grown.stdout.readline()
    tree = meter.ProcessTree(grown.pid)
    assert tree.memory_mb("VmHWM") > 190 > 100 > tree.memory_mb()
    tree.forget_peak()
    assert tree.memory_mb("VmHWM") < 100


def test_what_a_sender_costs_is_told_for_each_acknowledged_record(process, tmp_path):
    """The server here works for half a second once the sender has left a file."""
    file = str(tmp_path / "sent")
    server = process(f"import os, sys, time\nwhile not os.path.exists({file!r}): time.sleep(0.02)\n"
                     + BURN.format(0.5) + "sys.stdin.read()")
    sender = f"open({file!r}, 'w').close(); print('some words'); print('{json.dumps({'acknowledged': 1000})}')"
    figures = meter.cost_of(meter.ProcessTree(server.pid), [sys.executable, "-c", sender], quiet_seconds=1)
    assert figures["acknowledged"] == 1000
    assert 450 < figures["cpu_us"] < 900
    assert figures["cpu_us_until_answered"] < figures["cpu_us"]


def test_a_question_that_fails_is_a_line_of_the_table():
    def wrong(session, load, turn):
        raise AssertionError("3 | 4")

    asked = [questions.Question("slow", lambda *_: time.sleep(0.01), 7, "26 ms", 5), questions.Question("wrong", wrong)]
    figures = {each.name: ask.answer_or_reason(lambda each=each: ask.ask_warm(each, None, None)) for each in asked}
    assert figures["slow"]["asked"] == 5
    assert figures["slow"]["p50_ms"] >= 10
    lines = ask.table(asked, figures).splitlines()
    assert lines[2].startswith("| slow | – | 1") and lines[2].endswith("| 7.0 | 26 ms |")
    assert "failed: AssertionError: 3 / 4" in lines[3]
    assert {line.count("|") for line in lines} == {lines[0].count("|")}


def test_ranges_of_questions_hold_all_data_and_differ():
    load = questions.Load(10, begin=1000, end=2000, samples=[])
    ranges = {load.range(turn) for turn in range(30)}
    assert len(ranges) == 30
    assert all(begin < 1000 and end > 2000 for begin, end in ranges)


def test_texts_are_found_as_members_and_as_attributes():
    found = questions.strings_of({"spans": [{"attributes": [{"key": "user.id", "text": "a"}]}, {"user.id": "b"}]},
                                 "user.id")
    assert list(found) == ["a", "b"]
