#!/usr/bin/env python3
"""Visitors for the back end: what the front end's pages would ask, slow requests and errors included.

    traffic.py [--rounds N] [--pause SECONDS] [--back-end URL] [--traces URL]

Each visit is a click: its trace begins here, as it does in the browser, goes on in the back end by the headers that the
browser sends (traceparent for OpenTelemetry, X-Amzn-Trace-Id for X-Ray); the click's own spans go to URL/v1/traces.
"""

import argparse
import json
import os
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

FRONT_END = "frontend-react-js"
INTERNAL, CLIENT = 1, 3  # kinds of span, by OpenTelemetry's numbers
ERROR = 2  # a span's status
FAILED = 400  # HTTP's, from here on


@dataclass(frozen=True)
class Visit:
    click: str
    method: str
    path: str
    status: int  # the answer that is right
    body: dict | None = None


ACTIVITY = "/api/activities/68f126b0-1ceb-4a33-88be-d90fa7109eee"

# One round: eleven visits, of which one is slow, one a bug (500), and two are the visitor's mistake (404, 422).
ROUND = [
    Visit("open home", "GET", "/api/activities/home", 200),
    Visit("open notifications", "GET", "/api/activities/notifications", 200),
    Visit("search", "GET", "/api/activities/search?term=juice", 200),
    Visit("open profile", "GET", "/api/activities/@worf", 200),
    Visit("open activity", "GET", ACTIVITY, 200),
    Visit("open activity that is gone", "GET", "/api/activities/00000000-0000-0000-0000-000000000000", 404),
    Visit("write", "POST", "/api/activities", 200, {"message": "Q'apla!", "ttl": "7-days"}),
    Visit("write nothing", "POST", "/api/activities", 422, {"message": "", "ttl": "7-days"}),
    Visit("reply", "POST", f"{ACTIVITY}/reply", 200, {"message": "It is a good day."}),
    Visit("open messages", "GET", "/api/messages/@garak", 200),
    Visit("open messages of nobody", "GET", "/api/messages/@nobody", 500),
]


@dataclass(frozen=True)
class Visited:
    visit: Visit
    trace_id: str  # 32 hex digits
    status: int
    headers: dict  # of the answer

    @property
    def xray_id(self):
        return xray_id(self.trace_id)


def xray_id(trace_id):
    return f"1-{trace_id[:8]}-{trace_id[8:]}"


def ask(back_end, visit, headers=None):
    """(status, headers) of the answer."""
    body = None if visit.body is None else json.dumps(visit.body).encode()
    sent = {"User-Agent": "Mozilla/5.0 (traffic.py)", **(headers or {})}
    if body:
        sent["Content-Type"] = "application/json"
    request = urllib.request.Request(back_end + visit.path, body, sent, method=visit.method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            return answer.status, dict(answer.headers)
    except urllib.error.HTTPError as error:
        error.read()
        return error.code, dict(error.headers)


def _attribute(key, value):
    return {"key": key, "value": {"intValue": value} if isinstance(value, int) else {"stringValue": value}}


def _span(trace_id, span_id, parent, name, kind, begin, end, attributes=None):
    return {"traceId": trace_id, "spanId": span_id, "parentSpanId": parent, "name": name, "kind": kind,
            "startTimeUnixNano": str(begin), "endTimeUnixNano": str(end),
            "attributes": [_attribute(key, value) for key, value in (attributes or {}).items()]}


def click(back_end, visit):
    """One visit as the browser makes it: (Visited, its spans: the click and the call below it)."""
    trace_id, root, call = os.urandom(16).hex(), os.urandom(8).hex(), os.urandom(8).hex()
    begin = time.time_ns()
    status, headers = ask(back_end, visit, {
        "traceparent": f"00-{trace_id}-{call}-01",
        "X-Amzn-Trace-Id": f"Root={xray_id(trace_id)};Parent={call};Sampled=1",
    })
    end = time.time_ns()
    spans = [
        _span(trace_id, root, "", visit.click, INTERNAL, begin - 1_000_000, end + 1_000_000),
        _span(trace_id, call, root, f"HTTP {visit.method}", CLIENT, begin, end,
              {"http.method": visit.method, "http.url": back_end + visit.path, "http.status_code": status}),
    ]
    if status >= FAILED:  # as in back_end.js: an answer that is not ok is an error of the click, too
        for span in spans:
            span["status"] = {"code": ERROR}
    return Visited(visit, trace_id, status, headers), spans


def send_spans(traces, spans):
    body = {"resourceSpans": [{"resource": {"attributes": [_attribute("service.name", FRONT_END)]},
                               "scopeSpans": [{"scope": {"name": "traffic.py"}, "spans": spans}]}]}
    request = urllib.request.Request(traces + "/v1/traces", json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


def visit_all(back_end, traces, rounds=1, pause=0.0, tell=lambda visited: None):
    """`rounds` times ROUND, one after another; what was answered."""
    done = []
    for _ in range(rounds):
        spans = []
        for visit in ROUND:
            visited, made = click(back_end, visit)
            done.append(visited)
            spans += made
            tell(visited)
            time.sleep(pause)
        send_spans(traces, spans)
    return done


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--pause", type=float, default=0.1)
    parser.add_argument("--back-end", default="http://localhost:4567")
    parser.add_argument("--traces", default="http://localhost:4318")
    args = parser.parse_args()
    visit_all(args.back_end, args.traces, args.rounds, args.pause, tell=lambda one: print(
        f"{one.status} {one.visit.method:<4} {one.visit.path:<62} {one.trace_id}", flush=True))


if __name__ == "__main__":
    main()
