"""A server, what a test sends to it, and what an operator asks of it."""

import json
import subprocess
import time
import urllib.error
import urllib.request

import exposition
from server import BINARY, Server, clean_environment


def attribute(key, value):
    kind = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}[type(value)]
    return {"key": key, "value": {kind: str(value) if kind == "intValue" else value}}


def resource(service):
    return {"attributes": [attribute("service.name", service)]}


class Store(Server):
    def start(self, timeout=30):
        self.stdout_lines = []  # of an earlier process
        return super().start(timeout)

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

    def metrics(self):
        with urllib.request.urlopen(self.url + "/metrics", timeout=10) as answer:
            assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
            return exposition.parse(answer.read().decode())

    def rows(self, table):
        """That the store has, everything acknowledged included."""
        return self.run_json("delete", "--before", "2261-01-01", "--dry-run")["rows"][table]

    def run(self, *arguments, **options):
        """A command of the operator's; its exit code, what it said, and what it complained about."""
        command = [BINARY, arguments[0], *map(str, arguments[1:]), "--data-dir", str(self.data_dir)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False,
                              env=clean_environment(), stdin=subprocess.DEVNULL, **options)
        return done.returncode, done.stdout, done.stderr

    def run_json(self, *arguments):
        code, said, complained = self.run(*arguments, "--json")
        assert code == 0, (code, said, complained)
        return json.loads(said)


def wait_for(condition, seconds=30):
    """The first true value of condition(); fails after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.2)
