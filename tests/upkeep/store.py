"""A server, what a test sends to it, and what an operator asks of it."""

import json
import time
import urllib.error
import urllib.request

from server import Server


def attribute(key, value):
    kind = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}[type(value)]
    return {"key": key, "value": {kind: str(value) if kind == "intValue" else value}}


def resource(service):
    return {"attributes": [attribute("service.name", service)]}


class Store(Server):
    def post(self, path, body, **headers):
        """The status. Header names are written with `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json", **named})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def send_spans(self, trace, count=1, service="web", at=None, dataset=None):
        """`trace`: a number. Spans begin at `at` (Unix nanoseconds; now)."""
        at = at or time.time_ns()
        spans = [{"traceId": f"{trace:032x}", "spanId": f"{i + 1:016x}", "name": "n", "kind": 2,
                  "startTimeUnixNano": str(at + i), "endTimeUnixNano": str(at + i + 1000),
                  "attributes": [attribute("i", i)]} for i in range(count)]
        headers = {"x_honeycomb_team": "k", "x_honeycomb_dataset": dataset} if dataset else {}
        body = {"resourceSpans": [{"resource": resource(service), "scopeSpans": [{"spans": spans}]}]}
        status = self.post("/v1/traces", body, **headers)
        assert status == 200, status

    def send_logs(self, texts, service="web", at=None):
        at = at or time.time_ns()
        records = [{"timeUnixNano": str(at + i), "body": {"stringValue": text}} for i, text in enumerate(texts)]
        body = {"resourceLogs": [{"resource": resource(service), "scopeLogs": [{"logRecords": records}]}]}
        return self.post("/v1/logs", body)

    def rows(self, table):
        """That the store has, everything acknowledged included."""
        return self.run_json("delete", "--before", "2261-01-01", "--dry-run")["rows"][table]


def wait_for(condition, seconds=30):
    """The first true value of condition(); fails after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.2)
