"""tetrascope backup and restore, while the server goes on."""

import json
import shutil
import subprocess
import threading

import boto3
from cloudwatch import CREDENTIALS
from store import wait_for


def spans_of(store):
    """The exported lines, sorted: what the store has, in full."""
    folder = store.data_dir / f"out-{len(list(store.data_dir.iterdir()))}"
    store.run_json("export", folder, "--signal", "traces")
    spans = []
    for line in (folder / "traces.jsonl").read_text().splitlines():
        for of_resource in json.loads(line)["resourceSpans"]:
            for scope in of_resource["scopeSpans"]:
                spans += [json.dumps(span, sort_keys=True) for span in scope["spans"]]
    return sorted(spans)


def fill(store):
    for trace in range(1, 30):
        store.send_spans(trace, count=20, service=f"s{trace % 3}")
    store.send_logs(["one", "two"])
    logs = boto3.client("logs", endpoint_url=store.url, **CREDENTIALS)
    logs.create_log_group(logGroupName="kept")
    logs.put_retention_policy(logGroupName="kept", retentionInDays=7)


def test_a_backup_is_restored_whole_and_again_only_what_is_new_is_copied(start, tmp_path):
    store = start()
    fill(store)
    before = spans_of(store)
    assert len(before) == 29 * 20
    first = store.run_json("backup", tmp_path / "backup")
    assert first["parts"] > 0 and first["kept"] == 0
    again = store.run_json("backup", tmp_path / "backup")
    assert again["kept"] > 0
    assert not any((store.data_dir / "store" / "shadow").glob("backup*"))
    checked = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / "backup",
                             capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    store.send_spans(99)
    fresh = start(name="fresh")
    assert fresh.run_json("restore", tmp_path / "backup")["parts"] > 0
    assert spans_of(fresh) == before
    logs = boto3.client("logs", endpoint_url=fresh.url, **CREDENTIALS)
    assert [(g["logGroupName"], g["retentionInDays"]) for g in logs.describe_log_groups(
        logGroupNamePrefix="kept")["logGroups"]] == [("kept", 7)]
    fresh.send_spans(77, count=2)
    fresh.kill()
    fresh.start()
    assert len(spans_of(fresh)) == len(before) + 2
    assert fresh.run("doctor")[0] == 0


def test_everything_acknowledged_before_it_began_is_in_it(start, tmp_path):
    store = start()
    acknowledged, stop = [], threading.Event()

    def write():
        trace = 1
        while not stop.is_set():
            store.send_spans(trace, count=10)
            acknowledged.append(trace)
            trace += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        wait_for(lambda: len(acknowledged) >= 10)
        certain = list(acknowledged)
        store.run_json("backup", tmp_path / "backup")
    finally:
        stop.set()
        writer.join()
    fresh = start(name="fresh")
    fresh.run_json("restore", tmp_path / "backup")
    found = [json.loads(span)["traceId"] for span in spans_of(fresh)]
    assert all(found.count(f"{trace:032x}") == 10 for trace in certain)
    assert all(found.count(trace) == 10 for trace in set(found)), "a request in part"


def test_a_store_that_has_data_is_not_mixed_with_it(start, tmp_path):
    store = start()
    store.send_spans(1, count=3)
    store.run_json("backup", tmp_path / "backup")
    other = start(name="other")
    other.send_spans(2, count=5)
    code, _, complained = other.run("restore", tmp_path / "backup")
    assert code == 1 and "--replace" in complained
    assert len(spans_of(other)) == 5
    other.run_json("restore", tmp_path / "backup", "--replace")
    assert len(spans_of(other)) == 3


def test_a_damaged_backup_is_refused_and_one_cut_short_goes_on(start, tmp_path):
    store = start()
    fill(store)
    store.run_json("backup", tmp_path / "backup")
    damaged = tmp_path / "damaged"
    shutil.copytree(tmp_path / "backup", damaged)
    victim = next(damaged.glob("parts/spans/*/data.bin"))
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(content)
    fresh = start(name="fresh")
    code, _, complained = fresh.run("restore", damaged)
    assert code == 2 and "damaged" in complained and str(victim) in complained
    assert fresh.rows("spans") == 0
    shutil.rmtree(fresh.data_dir / "restore")
    # Cut short: a part that was not finished, and a manifest that is not there yet.
    short = tmp_path / "backup"
    (short / "backup.json").unlink()
    sums = next(short.glob("parts/spans/*.sha256"))
    shutil.rmtree(sums.with_suffix(""))
    sums.unlink()
    code, _, complained = fresh.run("restore", short)
    assert code == 2 and "no whole backup" in complained
    resumed = store.run_json("backup", short)
    assert resumed["kept"] > 0 and resumed["parts"] >= 1
    fresh.run_json("restore", short)
    assert spans_of(fresh) == spans_of(store)


def test_a_restore_that_was_cut_short_goes_on(start, tmp_path):
    """As if the server had been killed with half of the parts in the tables: those are no longer laid out."""
    store = start()
    fill(store)
    before = spans_of(store)
    store.run_json("backup", tmp_path / "backup")
    fresh = start(name="fresh")
    name = json.loads((tmp_path / "backup" / "backup.json").read_text())["name"]
    fresh.run_json("restore", tmp_path / "backup")
    # Everything is in place; the same folder laid out again without its parts is what a kill right at the end leaves.
    left = fresh.data_dir / "restore" / name
    left.mkdir(parents=True)
    shutil.copy(tmp_path / "backup" / "backup.json", left)
    shutil.copy(tmp_path / "backup" / "control.sqlite", left)
    (left / "laid-out").touch()
    (left / "begun").touch()
    assert fresh.run_json("restore", tmp_path / "backup")["parts"] == 0
    assert spans_of(fresh) == before
