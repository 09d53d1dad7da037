"""Asks a server through Honeycomb's API, as Honeycomb's own clients do."""

import json
import time
import urllib.error
import urllib.request

KEY = "aaaabbbbccccddddeeeeff"  # an opaque key of the Environments shape: everything is in one environment


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


def call(url, method, path, body=None, headers=None, timeout=30):
    """(status, headers, parsed JSON or None). Raises Refused for a status of 400 and above."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data=data, method=method, headers={
        "X-Honeycomb-Team": KEY, "Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            text = answer.read().decode()
            return answer.status, answer.headers, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        raise Refused(error.code, error.read().decode(errors="replace")) from None


def query(url, spec, dataset="__all__", timeout=30, **options):
    """The `data` member of a finished query: {"results": [{"data": {…}}], "series": […], …}."""
    _, _, made = call(url, "POST", f"/1/queries/{dataset}", spec)
    wanted = {"query_id": made["id"], "disable_series": True, **options}
    status, headers, started = call(url, "POST", f"/1/query_results/{dataset}", wanted)
    assert status == 201, status
    assert headers["Location"].endswith(started["id"]), headers["Location"]
    end = time.monotonic() + timeout
    while True:
        _, _, result = call(url, "GET", f"/1/query_results/{dataset}/{started['id']}")
        if result["complete"]:
            return result["data"]
        assert time.monotonic() < end, f"not complete after {timeout} s: {spec}"
        time.sleep(0.02)


def rows(url, spec, dataset="__all__", **options):
    """One dictionary a group."""
    return [each["data"] for each in query(url, spec, dataset, **options)["results"]]


def equal(column, value):
    return {"column": column, "op": "=", "value": value}


def count(url, *filters, dataset="__all__", **time_range):
    """How many rows pass all filters."""
    spec = {"calculations": [{"op": "COUNT"}], "filters": list(filters), **(time_range or {"time_range": 7200})}
    found = rows(url, spec, dataset)
    return int(found[0]["COUNT"]) if found else 0


SPANS_ONLY = [equal("meta.signal_type", "trace"), {"column": "meta.annotation_type", "op": "does-not-exist"}]


def spans(url, trace_id, *columns, **time_range):
    """The spans of a trace, one dictionary each with `trace.span_id` and the columns asked."""
    spec = {"calculations": [{"op": "COUNT"}], "breakdowns": ["trace.span_id", *columns], "limit": 1000,
            "filters": [equal("trace.trace_id", trace_id), *SPANS_ONLY], **(time_range or {"time_range": 7200})}
    return rows(url, spec)
