"""tetrascope export and import: what was sent comes out again, goes in again, and comes out the same."""

import json
import time

from store import attribute

T = 1_700_000_000_000_000_000


def span(trace, at=T):
    return {
        "traceId": f"{trace:032x}", "spanId": "00000000000000a1", "parentSpanId": "00000000000000a0",
        "traceState": "a=1,b=2", "flags": 0x301, "name": "n", "kind": 3,
        "startTimeUnixNano": str(at), "endTimeUnixNano": str(at + 5),
        "attributes": [attribute("s", "text"), attribute("i", 2**53 + 1), attribute("d", 2.5), attribute("b", True),
                       {"key": "l", "value": {"arrayValue": {"values": [{"stringValue": "x"}, {"intValue": "7"}]}}},
                       {"key": "raw", "value": {"bytesValue": "AAEC"}},
                       {"key": "m", "value": {"kvlistValue": {"values": [{"key": "k", "value": {"intValue": "1"}}]}}}],
        "droppedAttributesCount": 1, "droppedEventsCount": 2, "droppedLinksCount": 3,
        "events": [{"timeUnixNano": str(at + 1), "name": "e", "attributes": [attribute("x", 1)],
                    "droppedAttributesCount": 4}],
        "links": [{"traceId": f"{trace + 1:032x}", "spanId": "00000000000000b1", "traceState": "c=3",
                   "attributes": [attribute("y", 0.5)], "droppedAttributesCount": 5, "flags": 0x101}],
        "status": {"message": "broke", "code": 2}}


def log(n):
    return {"timeUnixNano": str(T + n), "observedTimeUnixNano": str(T + n + 1), "severityNumber": 9,
            "severityText": "INFO", "eventName": "e", "body": {"stringValue": f"line {n}"},
            "attributes": [attribute("n", n)], "droppedAttributesCount": 1, "flags": 1,
            "traceId": f"{5:032x}", "spanId": "00000000000000a1"}


def metric(name, kind, point, **more):
    times = {"attributes": [attribute("a", "b")], "startTimeUnixNano": str(T), "timeUnixNano": str(T + 1), "flags": 1}
    return {"name": name, "description": f"what {name} is", "unit": "ms",
            kind: {"dataPoints": [{**times, **point}], **more}}


EXEMPLAR = {"timeUnixNano": str(T), "asDouble": 1.5, "traceId": f"{5:032x}", "spanId": "00000000000000a1",
            "filteredAttributes": [attribute("f", "g")]}
METRICS = [
    metric("gauge", "gauge", {"asDouble": 1.25, "exemplars": [EXEMPLAR]}),
    metric("sum", "sum", {"asInt": "7"}, aggregationTemporality=2, isMonotonic=True),
    metric("histogram", "histogram", {"count": "3", "sum": 6.5, "min": 1.0, "max": 3.5, "bucketCounts": ["1", "2"],
                                      "explicitBounds": [2.5]}, aggregationTemporality=1),
    metric("exponential", "exponentialHistogram",
           {"count": "6", "sum": 6.5, "scale": 2, "zeroCount": "1", "zeroThreshold": 0.5,
            "positive": {"offset": -1, "bucketCounts": ["1", "2"]}, "negative": {"offset": 3, "bucketCounts": ["2"]}},
           aggregationTemporality=2),
    metric("summary", "summary", {"count": "4", "sum": 2.5, "quantileValues": [{"quantile": 0.5, "value": 1.5},
                                                                             {"quantile": 0.99, "value": 2.25}]}),
]


def producer(name, **more):
    return {"resource": {"attributes": [attribute("service.name", name)], "droppedAttributesCount": 7},
            "schemaUrl": "https://resource", **more}


def scope(**more):
    return {"scope": {"name": "lib", "version": "2", "attributes": [attribute("s", True)],
                      "droppedAttributesCount": 8}, "schemaUrl": "https://scope", **more}


def without_order(value):
    """Attributes are a set: their order is not kept."""
    if isinstance(value, dict):
        return {key: without_order(member) for key, member in value.items()}
    if isinstance(value, list):
        items = [without_order(item) for item in value]
        keyed = all(isinstance(item, dict) and set(item) == {"key", "value"} for item in items)
        return sorted(items, key=lambda item: item["key"]) if keyed else items
    return value


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
