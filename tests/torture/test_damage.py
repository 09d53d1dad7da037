"""A part that is damaged while nobody looks is set aside and told; the rest serves."""

import json

import pytest
from load import Load
from server import Server


def parts_of_spans(server):
    """Folders of the parts of `spans`, the largest first."""
    folders = [path.parent for path in (server.data_dir / "store" / "store").glob("*/*/*_*_*_*/columns.txt")
               if "`parent_span_id_text`" in path.read_text()]
    return sorted(folders, key=lambda folder: -sum(path.stat().st_size for path in folder.iterdir()))


def cut_short(part):
    data = part / "data.bin"
    with data.open("r+b") as file:
        file.truncate(data.stat().st_size // 2)


def lose_its_list(part):
    (part / "columns.txt").write_bytes(b"")
    (part / "checksums.txt").write_bytes(b"nonsense")


def flip_bits(part):
    content = bytearray((part / "data.bin").read_bytes())
    for place in range(len(content) // 4, len(content), 101):
        content[place] ^= 0xFF
    (part / "data.bin").write_bytes(content)


@pytest.mark.parametrize("damage", [cut_short, lose_its_list, flip_bits])
def test_a_damaged_part_is_told_and_the_rest_serves(tmp_path, damage):
    load = Load()
    server = Server(tmp_path)
    for _ in range(2):  # two lives: parts of different times, and none that is being merged
        with server:
            load.start(server)
            load.wait_for(40)
            load.stop()
    damage(parts_of_spans(server)[0])
    with server:
        code, said, _ = server.run("doctor", "--json", "--mend")
        found = json.loads(said)
        assert any("set aside" in line for line in found["found"] + found["mended"]), found
        assert code in (0, 1)
        for name in ("cloudwatch_logs", "rollbar"):
            stored = load.clients[name].stored(server, load.tried[name])
            assert set(load.acknowledged[name]) <= set(stored), f"{name} has rows in other tables"
        for name in ("otlp_http", "otlp_grpc", "honeycomb"):
            stored = load.clients[name].stored(server, load.tried[name])
            assert set(stored) <= set(range(load.tried[name])), name
        more = Load()
        more.start(server)
        more.wait_for(20)
        assert more.stop() == {}
