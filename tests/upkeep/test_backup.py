"""tetrascope backup and restore, while the server goes on."""

import hashlib
import json
import re
import shutil
import subprocess
import threading
from pathlib import Path

import boto3
import pytest
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


STORES = Path(__file__).resolve().parent.parent / "stores"
VERSIONS = sorted(int(archive.name[1:].split(".")[0]) for archive in STORES.glob("v*.tar.zst"))


def unpack(version, folder):
    folder.mkdir()
    subprocess.run(["tar", "--zstd", "-xf", STORES / f"v{version}.tar.zst", "-C", folder], check=True)
    return folder


def backup_of(data_dir, version, folder):
    """As the backup command of that version lays it out, of a data directory that no server has."""
    tables, sums = [], []
    for ddl in sorted((data_dir / "store/metadata/tetrascope").glob("*.sql")):
        if ddl.stem == "schema_version":
            continue
        uuid, columns = re.fullmatch(r"ATTACH TABLE _ UUID '([0-9a-f-]+)'\s*(.*)", ddl.read_text(), re.DOTALL).groups()
        parts = []
        for part in sorted((data_dir / "store/store" / uuid[:3] / uuid).glob("*_*_*_*")):
            target = folder / "parts" / ddl.stem / part.name
            shutil.copytree(part, target)
            sums += [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder)}"
                     for file in sorted(target.rglob("*")) if file.is_file()]
            parts.append({"name": part.name, "path": ""})
        tables.append({"name": ddl.stem, "create": f"CREATE TABLE tetrascope.{ddl.stem} {columns}",
                       "columns": [], "indexes": [], "parts": parts})
    shutil.copy(data_dir / "control.sqlite", folder)
    sums.append(f"{hashlib.sha256((folder / 'control.sqlite').read_bytes()).hexdigest()}  control.sqlite")
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    (folder / "backup.json").write_text(json.dumps({
        "name": f"backup_of_{version}", "version": "0.0.1", "schema_version": version, "tables": tables}))
    return folder


@pytest.fixture(params=VERSIONS[:-1])
def older(request, start, tmp_path):
    """A backup of an earlier schema, and a server that was started on the same data."""
    data_dir = unpack(request.param, tmp_path / "in-place")
    (tmp_path / "backup").mkdir()
    backup = backup_of(data_dir, request.param, tmp_path / "backup")
    return backup, start(data_dir=data_dir)


def exported(store, folder):
    store.run_json("export", folder)
    return {file.name: file.read_text() for file in folder.iterdir()}


def diagnosis(store):
    return json.loads(store.run("doctor", "--json")[1])["found"]


def test_a_backup_of_an_earlier_schema_comes_forward_as_a_store_does(start, tmp_path, older):
    backup, in_place = older
    fresh = start(name="fresh")
    assert fresh.run_json("restore", backup)["parts"] > 0
    assert list((fresh.data_dir / "restore").iterdir()) == []
    expected = exported(in_place, tmp_path / "expected")
    assert all(expected.values()) and exported(fresh, tmp_path / "found") == expected
    # Samples, whose fields nobody had noted: that is all the doctor finds, there and here.
    assert diagnosis(fresh) == diagnosis(in_place)
    assert fresh.run("doctor", "--mend")[0] == 0
    assert fresh.run("doctor")[0] == 0
    fresh.send_spans(77, count=2)
    fresh.kill()
    fresh.start()
    assert fresh.rows("spans") == in_place.rows("spans") + 2
    assert fresh.run("doctor")[0] == 0
    again = start(name="again")
    fresh.run_json("backup", tmp_path / "newer")
    again.run_json("restore", tmp_path / "newer")
    assert again.rows("spans") == fresh.rows("spans")


def test_a_restore_of_an_earlier_schema_that_was_cut_short_begins_anew(start, tmp_path, older):
    backup, in_place = older
    fresh = start(name="fresh")
    # As kills leave it: an engine's store beside what was copied, and tables that had moved already.
    staging = fresh.data_dir / "restore" / json.loads((backup / "backup.json").read_text())["name"]
    (staging / "spans" / "all_1_1_0").mkdir(parents=True)
    half = staging.with_name(staging.name + ".older")
    (half / "data" / "store" / "metadata").mkdir(parents=True)
    (half / "parts" / "logs" / "20261116_1_1_0").mkdir(parents=True)
    assert fresh.run("doctor")[0] == 1
    fresh.run_json("restore", backup)
    assert exported(fresh, tmp_path / "found") == exported(in_place, tmp_path / "expected")


def test_a_backup_of_another_schema_that_cannot_come_forward_is_refused(start, older):
    backup, _ = older
    fresh = start(name="fresh")
    manifest = json.loads((backup / "backup.json").read_text())
    cases = [({"schema_version": 99}, None, "schema 99"), ({}, "", "does not say what its tables were"),
             ({}, "DROP TABLE spans", "is not made by its statement")]
    for members, create, complaint in cases:
        tables = [dict(table, create=table["create"] if create is None else create) for table in manifest["tables"]]
        (backup / "backup.json").write_text(json.dumps({**manifest, "tables": tables, **members}))
        code, _, complained = fresh.run("restore", backup)
        assert code == 2 and complaint in complained, complained
        shutil.rmtree(fresh.data_dir / "restore", ignore_errors=True)
    assert fresh.rows("spans") == 0
