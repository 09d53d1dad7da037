"""tetrascope doctor finds what was broken on purpose, and mends what it says that it can."""

import json
import shutil
import time


def report(store, *flags):
    code, said, complained = store.run("doctor", "--json", *flags)
    assert said, complained
    return code, json.loads(said)


def test_a_sound_store_is_well(start):
    store = start()
    store.send_spans(1, count=20)
    store.send_logs(["a"])
    code, told = report(store)
    assert (code, told["ok"], told["found"], told["mended"]) == (0, True, [], [])
    looked_at = {check["check"]: check["looked_at"] for check in told["checks"]}
    assert looked_at["parts/spans"] == "1 parts, 20 rows"
    code, said, _ = store.run("doctor")
    assert code == 0 and said.endswith("all is well\n")


def part_file(store, table_rows, name="data.bin"):
    """A file of the largest part: of the only table that was written to."""
    files = [path for path in (store.data_dir / "store" / "store").glob(f"*/*/*_*_*_*/{name}") if table_rows]
    return max(files, key=lambda path: path.stat().st_size)


def test_a_damaged_part_is_found_and_set_aside(start):
    store = start()
    store.send_spans(1, count=500)
    store.rows("spans")
    victim = part_file(store, "spans")
    content = bytearray(victim.read_bytes())
    for place in range(200, len(content) - 200, 97):
        content[place] ^= 0xFF
    victim.write_bytes(content)
    code, told = report(store)
    assert code == 1 and not told["ok"]
    assert any("is damaged" in line and line.startswith("spans: ") for line in told["found"]), told["found"]
    code, told = report(store, "--mend")
    assert any("set aside" in line for line in told["mended"]), told
    assert store.rows("spans") == 0
    store.send_spans(2, count=5)
    assert store.rows("spans") == 5


def test_a_store_without_a_server_is_looked_at_all_the_same(start):
    store = start()
    store.send_spans(1, count=20)
    assert report(store)[1]["served"] is True
    store.stop()
    code, told = report(store)
    assert (code, told["ok"], told["served"]) == (0, True, False)
    assert {check["check"]: check["looked_at"] for check in told["checks"]}["parts/spans"] == "1 parts, 20 rows"
    store.start()
    store.send_spans(2, count=30)
    store.kill()  # server.json stays, and rows are in the journal
    code, told = report(store)
    assert (code, told["served"]) == (0, False), told
    assert {check["check"]: check["looked_at"] for check in told["checks"]}["parts/spans"].endswith(" 50 rows")
    store.start()
    assert store.rows("spans") == 50, "the doctor has let the store go"


def test_a_folder_without_a_store_is_said_in_one_line(start, tmp_path):
    store = start()
    store.data_dir = tmp_path / "nothing"
    code, said, complained = store.run("doctor")
    assert (code, said) == (1, "") and "no server runs with the data directory" in complained
    assert not store.data_dir.exists()


def test_leftovers_of_the_journal_are_told(start):
    store = start()
    refused = store.data_dir / "journal" / "refused"
    refused.mkdir(parents=True)
    (refused / "1-spans-0.native").write_bytes(b"rows")
    code, told = report(store)
    assert code == 1 and "4 bytes of rows that the engine never took" in told["found"][0]


def test_fields_that_the_catalogue_lost_are_put_back(start):
    store = start()
    store.send_spans(1, count=5)
    store.rows("spans")
    store.stop()
    parts = [part for part in (store.data_dir / "store" / "store").glob("*/*/all_*")
             if "first_seen" in (part / "columns.txt").read_text()]
    assert parts
    for part in parts:
        shutil.rmtree(part)
    store.start()
    code, told = report(store)
    assert code == 1 and any("fields of dataset 'web'" in line for line in told["found"]), told["found"]
    code, told = report(store, "--mend")
    assert code == 0 and any("fields of dataset 'web'" in line for line in told["mended"]), told
    assert report(store)[0] == 0


def test_it_says_what_it_looks_at_and_teaches(start):
    store = start()
    code, said, _ = store.run("doctor", "--help")
    assert code == 0 and "--mend" in said and "Examples:" in said
    begin = time.monotonic()
    assert report(store)[0] == 0
    assert time.monotonic() - begin < 20
