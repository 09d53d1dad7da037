"""tetrascope export and import: what was sent comes out again, goes in again, and comes out the same."""

import json
import time

import pytest
from otlp_samples import METRICS, T, log, metric, producer, scope, span, without_order


def exported(store, folder, *flags):
    store.run_json("export", folder, *flags)
    files = {name: (folder / f"{name}.jsonl").read_text() for name in ("traces", "logs", "metrics")
             if (folder / f"{name}.jsonl").exists()}
    return {name: [without_order(json.loads(line)) for line in text.splitlines()] for name, text in files.items()}


def test_what_was_sent_comes_out_member_by_member_and_goes_in_again(start, tmp_path):
    store = start()
    traces = {"resourceSpans": [producer("whole", scopeSpans=[scope(spans=[span(5)])])]}
    logs = {"resourceLogs": [producer("whole", scopeLogs=[scope(logRecords=[log(n) for n in range(3)])])]}
    metrics = {"resourceMetrics": [producer("whole", scopeMetrics=[scope(metrics=METRICS)])]}
    for path, body in (("traces", traces), ("logs", logs), ("metrics", metrics)):
        assert store.post(f"/v1/{path}", body) == 200
    out = exported(store, tmp_path / "out")
    assert out["traces"] == [without_order(traces)]
    assert out["logs"] == [without_order(logs)]
    by_name = sorted(METRICS, key=lambda each: each["name"])
    assert out["metrics"] == [without_order({"resourceMetrics": [
        producer("whole", scopeMetrics=[scope(metrics=by_name)])]})]

    other = start(name="other")
    files = [tmp_path / "out" / f"{name}.jsonl" for name in ("traces", "logs", "metrics")]
    assert other.run_json("import", *files)["lines"] == 3
    assert exported(other, tmp_path / "again") == out


MOST = str(2**64 - 1)
EXTREME_COUNTS = [
    metric("bucketed", "histogram", {"count": MOST, "bucketCounts": [MOST, "1"], "explicitBounds": [0.5]},
           aggregationTemporality=2),
    metric("exponential", "exponentialHistogram",
           {"count": MOST, "zeroCount": MOST, "zeroThreshold": 0.5, "scale": -(2**31),
            "positive": {"offset": -(2**31), "bucketCounts": [MOST]}, "negative": {"offset": 2**31 - 1}},
           aggregationTemporality=2)]
LAST = 2**63 - 2  # the store's last time; OTLP's own are cut to it


@pytest.mark.parametrize("form", ["otlp-json", "parquet"])
def test_the_greatest_numbers_and_the_last_times_come_out_and_go_in(start, tmp_path, form):
    store = start()
    late = {**span(9, at=LAST), "endTimeUnixNano": str(LAST), "events": [], "links": []}
    early = {**span(9, at=1), "spanId": "00000000000000a2", "flags": 2**32 - 1, "droppedAttributesCount": 2**32 - 1}
    assert store.post("/v1/traces", {"resourceSpans": [producer("w", scopeSpans=[scope(spans=[early, late])])]}) == 200
    assert store.post("/v1/metrics", {"resourceMetrics": [producer("w", scopeMetrics=[scope(
        metrics=EXTREME_COUNTS)])]}) == 200
    other = start(name="other")
    store.run_json("export", tmp_path / "out", "--format", form)
    other.run_json("import", *(file for file in (tmp_path / "out").iterdir() if file.stat().st_size))
    for each, folder in ((store, "mine"), (other, "theirs")):
        found = exported(each, tmp_path / folder)
        spans = found["traces"][0]["resourceSpans"][0]["scopeSpans"][0]["spans"]
        assert [int(one["startTimeUnixNano"]) for one in spans] == [1, LAST]
        assert spans[0] == without_order(early)
        metrics = found["metrics"][0]["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
        assert metrics == without_order(EXTREME_COUNTS)


def span_count(folder):
    lines = (folder / "traces.jsonl").read_text().splitlines()
    return sum(len(scope_of["spans"]) for line in lines for of in json.loads(line)["resourceSpans"]
               for scope_of in of["scopeSpans"])


def test_many_rows_go_in_stretches_and_an_export_cut_short_goes_on(start, tmp_path):
    store = start()
    for trace in range(1, 16):
        store.send_spans(trace, count=1_000, at=T + trace * 60 * 10**9)
    store.send_spans(99, count=3_000, at=T)  # within microseconds
    whole, short = tmp_path / "whole", tmp_path / "short"
    assert store.run_json("export", whole, "--signal", "traces")["rows"]["traces"] == 18_000
    assert span_count(whole) == 18_000
    # As a kill leaves it: the second stretch half written and not noted.
    lines = (whole / "traces.jsonl").read_bytes()
    (tmp_path / "asked").mkdir()
    secret = json.loads((store.data_dir / "server.json").read_text())["secret"]
    windows = ask(store, secret, "/admin/export/windows", {"signal": "traces"})["windows"]
    assert len(windows) >= 4 and sum(rows for _, _, rows in windows) == 18_000
    first = ask_text(store, secret, "/admin/export/rows", {"signal": "traces", "from": windows[0][0],
                                                          "to": windows[0][1]})
    short.mkdir()
    (short / "traces.jsonl").write_bytes(first + b'{"resourceSp')
    words = {"from": "", "to": "", "dataset": ""}
    (short / "traces.export.json").write_text(json.dumps({
        "question": {"signal": "traces", "words": words}, "next": 1, "bytes": len(first), "rows": windows[0][2],
        "windows": windows}))
    assert store.run_json("export", short, "--signal", "traces")["rows"]["traces"] == 18_000
    assert (short / "traces.jsonl").read_bytes() == lines


def ask_text(store, secret, path, body):
    import urllib.request
    request = urllib.request.Request(store.url + path, json.dumps(body).encode(), {
        "Content-Type": "application/json", "Authorization": f"Bearer {secret}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def ask(store, secret, path, body):
    return json.loads(ask_text(store, secret, path, body))


def test_times_and_datasets_bound_an_export(start, tmp_path):
    store = start()
    now = time.time_ns()
    store.send_spans(1, count=2, service="web", at=now - 3 * 86_400 * 10**9)
    store.send_spans(2, count=3, service="web", at=now)
    store.send_spans(3, count=4, service="cart", at=now)
    assert store.run_json("export", tmp_path / "a", "--signal", "traces", "--from", "1d")["rows"]["traces"] == 7
    assert store.run_json("export", tmp_path / "b", "--signal", "traces", "--to", "1d")["rows"]["traces"] == 2
    assert store.run_json("export", tmp_path / "c", "--signal", "traces", "--from", "1d", "--dataset",
                          "cart")["rows"]["traces"] == 4
    code, _, complained = store.run("export", tmp_path / "d", "--from", "whenever")
    assert code == 2 and "2026-11-23" in complained


def test_an_import_says_which_line_is_wrong_and_goes_on_behind_the_good_ones(start, tmp_path):
    store = start()
    good = json.dumps({"resourceSpans": [producer("w", scopeSpans=[scope(spans=[span(7)])])]})
    file = tmp_path / "traces.jsonl"
    file.write_text(good + "\nnonsense\n" + good + "\n")
    code, _, complained = store.run("import", file)
    assert code == 2 and "line 2" in complained
    assert store.rows("spans") == 1
    file.write_text(good + "\n\n       \n" + good.replace(" ", "", 1) + "\n")
    size = file.stat().st_size
    state = json.loads((tmp_path / "traces.jsonl.import.json").read_text())
    assert state["lines"] == 1
    state["size"] = size
    (tmp_path / "traces.jsonl.import.json").write_text(json.dumps(state))
    assert store.run_json("import", file)["lines"] == 4
    assert store.rows("spans") == 2
    assert not (tmp_path / "traces.jsonl.import.json").exists()
