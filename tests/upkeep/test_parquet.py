"""tetrascope export --format parquet, read by DuckDB, and import of such files: what was sent, exactly."""

import itertools
import json
import subprocess
import time
import urllib.request

import boto3
import duckdb
import msgpack
import pytest
from cloudwatch import CREDENTIALS
from otlp_samples import METRICS, T, log, producer, scope, span, without_order
from store import attribute
from volume import mounted

SIGNALS = ("traces", "logs", "metrics")


def of_every_type(prefix):
    """Attributes that a text could be taken for, and those that JSON has no word for."""
    return [attribute(f"{prefix}.text", "7"), attribute(f"{prefix}.empty", ""), attribute(f"{prefix}.int", -(2**63)),
            attribute(f"{prefix}.whole", 7.0), attribute(f"{prefix}.exact", 0.1 + 0.2),
            attribute(f"{prefix}.false", False), attribute(f"{prefix}.quotes", "a\"'\\\n\u2028é"),
            {"key": f"{prefix}.infinite", "value": {"doubleValue": "-Infinity"}},
            {"key": f"{prefix}.nan", "value": {"doubleValue": "NaN"}},
            {"key": f"{prefix}.bytes", "value": {"bytesValue": "AP8="}},
            {"key": f"{prefix}.list", "value": {"arrayValue": {"values": [
                {"stringValue": "7"}, {"intValue": "7"}, {"doubleValue": 7.0}, {"bytesValue": "AA=="}]}}},
            {"key": f"{prefix}.map", "value": {"kvlistValue": {"values": [
                {"key": "in", "value": {"kvlistValue": {"values": [{"key": "it", "value": {"intValue": "1"}}]}}}]}}}]


def send_everything(store):
    odd = {**span(6, at=T + 999), "attributes": of_every_type("s"), "kind": 0, "status": {},
           "events": [{"timeUnixNano": str(T + n), "name": f"e{n}", "attributes": of_every_type(f"e{n}")}
                      for n in range(2)],
           "links": [{"traceId": f"{9:032x}", "spanId": f"{9:016x}", "attributes": of_every_type("l")}]}
    plain = {"traceId": f"{7:032x}", "spanId": f"{7:016x}", "name": "", "startTimeUnixNano": str(T + 2),
             "endTimeUnixNano": str(T + 1)}
    entity = {"type": "service", "schemaUrl": "https://entity", "idKeys": ["service.name"],
              "descriptionKeys": ["service.version"]}
    rich = {"resource": {"attributes": [attribute("service.name", "rich"), *of_every_type("r")],
                         "entityRefs": [entity]}}
    bodies = [{"timeUnixNano": str(T + 50 + n), "body": body} for n, body in enumerate([
        {"stringValue": "7"}, {"intValue": "7"}, {"doubleValue": 7.0}, {"boolValue": True}, {"bytesValue": "AP8="},
        {"arrayValue": {"values": [{"intValue": "1"}]}},
        {"kvlistValue": {"values": [{"key": "k", "value": {"stringValue": "v"}}]}}])]
    only_seen = {"observedTimeUnixNano": str(T + 80), "body": {"stringValue": "seen"},
                 "attributes": of_every_type("o")}
    counted = {**METRICS[1], "name": "counted", "metadata": of_every_type("md"), "sum": {
        "aggregationTemporality": 1, "dataPoints": [
            {"timeUnixNano": str(T + 7), "asInt": str(-(2**63)), "attributes": of_every_type("p"),
             "exemplars": [{"timeUnixNano": str(T), "asInt": "0", "filteredAttributes": of_every_type("x")}]},
            {"timeUnixNano": str(T + 8), "asDouble": 0.0}, {"timeUnixNano": str(T + 9), "flags": 1}]}}
    no_extremes = {"name": "bare", "histogram": {"aggregationTemporality": 2, "dataPoints": [
        {"timeUnixNano": str(T + 10), "count": "0", "bucketCounts": ["0"]}]}}
    for path, body in {
            "traces": {"resourceSpans": [producer("whole", scopeSpans=[scope(spans=[span(5)])]),
                                         {**rich, "scopeSpans": [{"spans": [odd, plain]}]}]},
            "logs": {"resourceLogs": [producer("whole", scopeLogs=[scope(logRecords=[log(n) for n in range(3)])]),
                                      {**rich, "scopeLogs": [{"logRecords": [*bodies, only_seen]}]}]},
            "metrics": {"resourceMetrics": [producer("whole", scopeMetrics=[scope(metrics=METRICS)]),
                                            {**rich, "scopeMetrics": [{"metrics": [counted, no_extremes]}]}]}}.items():
        assert store.post(f"/v1/{path}", body) == 200


def exported_lines(store, folder):
    store.run_json("export", folder)
    return {name: [without_order(json.loads(line)) for line in (folder / f"{name}.jsonl").read_bytes().splitlines()]
            for name in SIGNALS}


def export_parquet(store, folder, *flags):
    return store.run_json("export", folder, "--format", "parquet", *flags)["rows"]


def texts(query):
    """Each row as text, which has nanoseconds and compares NaN too; in an order of their own."""
    return sorted(text for text, in duckdb.sql(f"SELECT rows::VARCHAR FROM ({query}) rows").fetchall())


def rows_of(folder, signal, columns="*"):
    return texts(f"SELECT {columns} FROM read_parquet('{folder}/{signal}-*.parquet')")


def test_what_was_sent_goes_through_parquet_files_exactly(start, tmp_path):
    store = start()
    send_everything(store)
    lines = exported_lines(store, tmp_path / "lines")
    counts = export_parquet(store, tmp_path / "out")
    assert counts == {"traces": 3, "logs": 11, "metrics": 9}
    assert len(list((tmp_path / "out").iterdir())) == 3
    other = start(name="other")
    files = sorted((tmp_path / "out").glob("*.parquet"))
    assert other.run_json("import", *files)["rows"] == sum(counts.values())
    assert exported_lines(other, tmp_path / "lines-again") == lines
    export_parquet(other, tmp_path / "again")
    for signal in SIGNALS:
        assert rows_of(tmp_path / "again", signal) == rows_of(tmp_path / "out", signal)


def test_others_read_the_files(start, tmp_path):
    store = start()
    send_everything(store)
    export_parquet(store, tmp_path)
    row, = duckdb.sql(f"""
        SELECT trace_id, span_id, parent_span_id, epoch_ns(start_time), epoch_ns(end_time), duration_ns, service, name,
               kind, status, status_message, attributes['s'], attributes['i']::BIGINT, attribute_types['i'],
               attributes['d']::DOUBLE, attributes['b']::BOOLEAN, attribute_types['s'],
               resource_attributes['service.name'], scope_name, scope_attributes['s'],
               events[1].name, epoch_ns(events[1].time), events[1].attributes['x'], links[1].trace_id,
               links[1].attributes['y']::DOUBLE
        FROM read_parquet('{tmp_path}/traces-*.parquet') WHERE service = 'whole'""").fetchall()
    assert row == (f"{5:032x}", "00000000000000a1", "00000000000000a0", T, T + 5, 5, "whole", "n", "client", "error",
                   "broke", "text", 2**53 + 1, "int", 2.5, True, None, "whole", "lib", "true", "e", T + 1, "1",
                   f"{6:032x}", 0.5)
    types = dict(duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{tmp_path}/logs-*.parquet')").project(
        "column_name, column_type").fetchall())
    assert types["time"] == types["observed_time"] == "TIMESTAMPTZ_NS"
    assert types["attributes"] == types["resource_attributes"] == "MAP(VARCHAR, VARCHAR)"
    logs = duckdb.sql(f"""SELECT epoch_ns(time), epoch_ns(sent_time), epoch_ns(observed_time), severity_number, body,
        body_type FROM read_parquet('{tmp_path}/logs-*.parquet') WHERE body IN ('line 2', 'seen', '7') ORDER BY time
        """).fetchall()
    assert logs == [(T + 2, T + 2, T + 3, 9, "line 2", "string"), (T + 50, T + 50, None, 0, "7", "string"),
                    (T + 51, T + 51, None, 0, "7", "int"), (T + 80, None, T + 80, 0, "seen", "string")]
    points = duckdb.sql(f"""SELECT name, kind, temporality, monotonic, value_int, value_double, count, sum, min,
        bucket_counts, explicit_bounds, exemplars[1].value_double
        FROM read_parquet('{tmp_path}/metrics-*.parquet') WHERE service = 'whole' AND name IN ('sum', 'histogram',
        'gauge') ORDER BY name""").fetchall()
    assert points == [("gauge", "gauge", "unspecified", False, None, 1.25, 0, None, None, [], [], 1.5),
                      ("histogram", "histogram", "delta", False, None, None, 3, 6.5, 1.0, [1, 2], [2.5], None),
                      ("sum", "sum", "cumulative", True, 7, None, 0, None, None, [], [], None)]


def test_a_file_that_another_program_wrote_from_one_goes_in(start, tmp_path):
    store = start()
    for trace, service in ((1, "web"), (2, "cart")):
        store.send_spans(trace, count=4, service=service, at=T)
    export_parquet(store, tmp_path, "--signal", "traces")
    duckdb.sql(f"""COPY (SELECT * EXCLUDE (end_time, scope_version) REPLACE ('renamed' AS name)
        FROM read_parquet('{tmp_path}/traces-*.parquet') WHERE service = 'cart') TO '{tmp_path}/cart.parquet'""")
    other = start(name="other")
    assert other.run_json("import", tmp_path / "cart.parquet")["rows"] == 4
    export_parquet(other, tmp_path / "out", "--signal", "traces")
    what = "service, trace_id, span_id, epoch_ns(start_time), epoch_ns(end_time), name, attributes, attribute_types"
    renamed = what.replace(" name", " 'renamed' AS name")
    assert rows_of(tmp_path / "out", "traces", what) == texts(
        f"SELECT {renamed} FROM read_parquet('{tmp_path}/traces-*.parquet') WHERE service = 'cart'")


def many_spans(store):
    for trace in range(1, 16):
        store.send_spans(trace, count=1_000, at=T + trace * 600 * 10**9)


def test_rows_come_in_files_by_time_and_an_export_that_was_killed_goes_on(start, tmp_path):
    store = start()
    many_spans(store)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    flags = ("--signal", "traces", "--file-rows", "4000")
    assert export_parquet(store, whole, *flags) == {"traces": 15_000}
    names = sorted(file.name for file in whole.iterdir())
    assert len(names) == 3 and names[0].startswith("traces-20231114T22")
    bounds = [duckdb.sql(f"SELECT epoch_ns(min(start_time)), epoch_ns(max(start_time)) FROM '{whole / name}'"
                         ).fetchall()[0] for name in names]
    assert all(before[1] < after[0] for before, after in itertools.pairwise(bounds))
    command = [store.command[0], "export", killed, "--format", "parquet", *flags, "--data-dir", store.data_dir]
    for _ in range(50):  # each goes a little further, or is through
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 30
        before = set(killed.glob("*.parquet"))
        while process.poll() is None and set(killed.glob("*.parquet")) == before and time.monotonic() < end:
            time.sleep(0.002)
        process.kill()
        if process.wait() == 0:
            break
        assert not (killed / "traces.parquet.part").exists() or not duckdb_reads(killed / "traces.parquet.part")
    export_done = sorted(file.name for file in killed.iterdir())
    assert export_done == names
    assert rows_of(killed, "traces") == rows_of(whole, "traces")


def duckdb_reads(file):
    try:
        return bool(duckdb.sql(f"SELECT count(*) FROM read_parquet('{file}')").fetchall())
    except duckdb.Error:
        return False


def test_rows_of_the_same_time_are_not_written_twice_into_a_folder(start, tmp_path):
    store = start()
    now = time.time_ns()
    store.send_spans(1, count=2, at=now - 3 * 86_400 * 10**9)
    store.send_spans(2, count=3, at=now)
    flags = ("--signal", "traces")
    middle = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(now / 1e9 - 86_400))
    assert export_parquet(store, tmp_path, *flags, "--to", middle) == {"traces": 2}
    assert export_parquet(store, tmp_path, *flags, "--from", middle) == {"traces": 3}
    assert len(rows_of(tmp_path, "traces")) == 5
    code, _, complained = store.run("export", tmp_path, "--format", "parquet", *flags)
    assert code == 1 and "earlier export" in complained
    assert len(rows_of(tmp_path, "traces")) == 5
    assert export_parquet(store, tmp_path, "--signal", "logs") == {"logs": 0}


def test_an_import_goes_on_behind_the_rows_that_were_taken(start, tmp_path):
    store = start()
    many_spans(store)
    export_parquet(store, tmp_path, "--signal", "traces")
    file, = tmp_path.glob("*.parquet")
    other = start(name="other")
    # As a kill leaves it.
    state = tmp_path / f"{file.name}.import.json"
    state.write_text(json.dumps({"size": file.stat().st_size, "rows": 14_990}))
    assert other.run_json("import", file)["rows"] == 15_000
    assert not state.exists()
    assert other.rows("spans") == 10
    state.write_text(json.dumps({"size": 1, "rows": 5}))
    code, _, complained = other.run("import", file)
    assert code == 2 and "another file" in complained
    state.unlink()
    process = subprocess.Popen([other.command[0], "import", file, "--data-dir", other.data_dir])
    while not state.exists() and process.poll() is None:
        time.sleep(0.001)
    process.kill()
    process.wait()
    taken = json.loads(state.read_text())["rows"] if state.exists() else 15_000
    assert other.run_json("import", file)["rows"] == 15_000
    # The request that was under way may have come twice.
    assert 15_010 <= other.rows("spans") <= 15_010 + 1_000, taken


@pytest.mark.parametrize(("sql", "complaint"), [
    ("SELECT 1 AS n", "neither spans"),
    ("SELECT 'x' AS parent_span_id, 'so' AS start_time", "other types"),
    ("SELECT 'x' AS parent_span_id, 'odd' AS kind", "kind: 'odd'"),
    ("SELECT 'x' AS parent_span_id, MAP {'k': 'text'} AS attributes, MAP {'k': 'int'} AS attribute_types",
     "attributes: k: 'text' is no int"),
    ("SELECT 'x' AS parent_span_id, MAP {'k': '['} AS resource_attributes, MAP {'k': 'array'} AS "
     "resource_attribute_types", "resource_attributes: k: '[' is no array")])
def test_a_file_that_is_no_export_is_refused_in_words(start, tmp_path, sql, complaint):
    store = start()
    file = tmp_path / "foreign.parquet"
    duckdb.sql(f"COPY ({sql}) TO '{file}' (FORMAT parquet)")
    code, _, complained = store.run("import", file)
    assert code == 2 and complaint in complained and str(file) in complained, complained
    assert store.rows("spans") == 0


def test_a_damaged_file_is_refused(start, tmp_path):
    store = start()
    store.send_spans(1, count=3)
    export_parquet(store, tmp_path, "--signal", "traces")
    file, = tmp_path.glob("*.parquet")
    file.write_bytes(file.read_bytes()[:-9])
    code, _, complained = store.run("import", file)
    assert code == 2 and "damaged" in complained


def test_a_disk_that_fills_up_ends_an_export_in_words_and_room_lets_it_go_on(start, tmp_path):
    store = start()
    many_spans(store)
    with mounted(tmp_path / "small", "1m") as small:
        filler = small / "filler"
        filler.write_bytes(bytes(2**20 - 2**15))
        code, _, complained = store.run("export", small / "out", "--format", "parquet", "--signal", "traces")
        assert code == 1 and "is the disk full?" in complained, complained
        assert not list((small / "out").glob("*.parquet"))
        filler.unlink()
        assert export_parquet(store, small / "out", "--signal", "traces") == {"traces": 15_000}
        assert len(rows_of(small / "out", "traces", "span_id")) == 15_000


def test_what_other_vendors_clients_sent_comes_out_too(start, tmp_path):
    store = start()
    events = [{"time": "2023-11-14T22:13:20Z", "samplerate": 4, "data": {
                  "trace.trace_id": "a client's own", "trace.span_id": "é", "name": "event", "duration_ms": 1.5,
                  "text": "half \udce9", "nested": {"k": [1, None]}}},
              {"time": "2023-11-14T22:13:21Z", "data": {"message": "no span", "n": 1}}]
    body = msgpack.packb(events, unicode_errors="surrogateescape")
    request = urllib.request.Request(store.url + "/1/batch/shop", body, {
        "Content-Type": "application/msgpack", "X-Honeycomb-Team": "k"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert [one["status"] for one in json.load(answer)] == [202, 202]
    logs = boto3.client("logs", endpoint_url=store.url, **CREDENTIALS)
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    sent_at = time.time_ns() // 10**6
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[{"timestamp": sent_at, "message": "hello"}])
    assert export_parquet(store, tmp_path / "out") == {"traces": 1, "logs": 2, "metrics": 0}
    span_row, = duckdb.sql(f"SELECT trace_id, span_id, sample_rate, attributes['text'], attributes['nested'] FROM "
                           f"read_parquet('{tmp_path}/out/traces-*.parquet')").fetchall()
    assert span_row[:4] == ("a client's own", "é", 4, "half \ufffd") and json.loads(span_row[4]) == {"k": [1, None]}
    log_row, = duckdb.sql(f"SELECT service, epoch_ns(time), epoch_ns(sent_time), observed_time IS NULL FROM "
                          f"read_parquet('{tmp_path}/out/logs-*.parquet') WHERE body = 'hello'").fetchall()
    assert log_row == ("g", sent_at * 10**6, sent_at * 10**6, True)
    other = start(name="other")
    other.run_json("import", *(tmp_path / "out").iterdir())
    assert exported_lines(other, tmp_path / "theirs") == exported_lines(store, tmp_path / "mine")
