#!/usr/bin/env python3
"""Measures a whole server: CPU, speed, disk and memory of ingest, start-up, and the time of questions.

    bench/measure.py --build build --spans 1000000        prints a table; --json prints the figures
    make bench                                            builds what is needed and runs this

CPU is user and system time of the server's process until its merges are done. Everything runs on this machine: the
sender takes its share of the cores.
"""

import argparse
import http.client
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A running tetrascope with a data directory of its own."""

    def __init__(self, build: pathlib.Path, data_dir: pathlib.Path):
        command = [build / "tetrascope", "serve", "--data-dir", data_dir, "--http", "127.0.0.1:0",
                   "--grpc", "127.0.0.1:0", "--xray", "127.0.0.1:0", "--log-level", "warn"]
        begin = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.start_seconds = time.monotonic() - begin
        if not line.startswith("tetrascope ready"):
            sys.exit(f"the server did not start: {line!r}")
        self.data_dir = data_dir
        self.addresses = dict(word.split("=") for word in line.split()[2:])
        self.address = self.addresses["http"]

    def cpu_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self, what: str = "VmRSS") -> float:
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(what + ":"):
                return int(line.split()[1]) / 1000
        raise KeyError(what)

    def disk_bytes(self) -> int:
        """Of the parts in use. Parts that a merge has replaced are deleted some minutes later and not counted."""
        _, body = self.get("/api/v1/status")
        return int(json.loads(body)["storage"]["disk_bytes"])

    def wait_until_idle(self, limit_seconds: float = 300) -> None:
        """Until the process has used less than 3 % of a core for four seconds: no merge runs any more."""
        end = time.monotonic() + limit_seconds
        quiet = 0
        before = self.cpu_seconds()
        while quiet < 4 and time.monotonic() < end:
            time.sleep(1)
            now = self.cpu_seconds()
            quiet = quiet + 1 if now - before < 0.03 else 0
            before = now

    def get(self, path: str, headers: dict | None = None):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def milliseconds(ask, times: int) -> dict:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begin) * 1000)
    return {"first": taken[0], "p50": statistics.median(taken), "max": max(taken)}


def honeycomb_question(server: Server, spec: dict):
    """Asks as Honeycomb's clients do: create the query, create its result, fetch until complete."""
    headers = {"X-Honeycomb-Team": "benchmark", "Content-Type": "application/json"}

    def ask():
        connection = http.client.HTTPConnection(server.address, timeout=60)
        connection.request("POST", "/1/queries/__all__", json.dumps(spec), headers)
        query = json.loads(connection.getresponse().read())
        connection.request("POST", "/1/query_results/__all__",
                           json.dumps({"query_id": query["id"], "disable_series": True}), headers)
        result = json.loads(connection.getresponse().read())
        while not result.get("complete"):
            time.sleep(0.002)
            connection.request("GET", f"/1/query_results/__all__/{result['id']}", headers=headers)
            result = json.loads(connection.getresponse().read())
        assert result["data"]["results"], result
        return result

    return ask


def measure_ingest(server: Server, build: pathlib.Path, options) -> dict:
    before = server.cpu_seconds()
    command = [build / "tetrascope-load", "--to", server.address, "--spans", str(options.spans),
               "--connections", str(options.connections), "--spans-per-request", str(options.spans_per_request)]
    if options.gzip:
        command.append("--gzip")
    load = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    sent_cpu = server.cpu_seconds() - before
    server.wait_until_idle()
    cpu = server.cpu_seconds() - before
    return {
        **load,
        "cpu_us_per_span_until_answered": sent_cpu / load["spans"] * 1e6,
        "cpu_us_per_span": cpu / load["spans"] * 1e6,
        "disk_bytes_per_span": server.disk_bytes() / load["spans"],
        "peak_memory_mb": server.memory_mb("VmHWM"),
    }


def measure_questions(server: Server, trace_id: str, spans: int) -> dict:
    status, _ = server.get(f"/api/v1/traces/{trace_id}")
    assert status == 200, f"trace {trace_id}: {status}"
    seconds = int(spans / 1e6 * 3600) + 3600
    questions = {
        "count by tenant.id": {"calculations": [{"op": "COUNT"}], "breakdowns": ["tenant.id"]},
        "p99 by service.name": {"calculations": [{"op": "P99", "column": "duration_ms"}],
                                "breakdowns": ["service.name"]},
        "count where user.id is one": {"calculations": [{"op": "COUNT"}],
                                       "filters": [{"column": "user.id", "op": "=", "value": "user-000042"}]},
    }
    result = {"trace by id": milliseconds(lambda: server.get(f"/api/v1/traces/{trace_id}"), 50),
              "unknown trace id": milliseconds(lambda: server.get("/api/v1/traces/" + "ab" * 16), 20)}
    for name, spec in questions.items():
        # Another range each time, so that no result is served twice.
        ask = [honeycomb_question(server, {**spec, "time_range": seconds + n}) for n in range(7)]
        ask.reverse()
        result[name] = milliseconds(lambda turns=ask: turns.pop()(), len(ask))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"),
                        help="folder with tetrascope and tetrascope-load")
    parser.add_argument("--spans", type=int, default=1_000_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--spans-per-request", type=int, default=1000)
    parser.add_argument("--gzip", action="store_true", help="send compressed bodies")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="tetrascope-bench-") as folder:
        data_dir = pathlib.Path(folder)
        server = Server(options.build, data_dir)
        figures = {"first start s": server.start_seconds}
        time.sleep(5)
        figures["idle memory MB"] = server.memory_mb()
        figures["ingest"] = measure_ingest(server, options.build, options)
        figures["questions ms"] = measure_questions(server, figures["ingest"]["trace_id"], options.spans)
        figures["memory after MB"] = server.memory_mb()
        server.stop()
        starts = []
        for _ in range(5):
            server = Server(options.build, data_dir)
            starts.append(server.start_seconds)
            server.stop()
        figures["warm start s"] = statistics.median(starts)

    if options.json:
        print(json.dumps(figures, indent=2))
        return
    ingest = figures["ingest"]
    rows = [
        ("CPU µs a span, merges included", f"{ingest['cpu_us_per_span']:.1f}"),
        ("CPU µs a span until the last answer", f"{ingest['cpu_us_per_span_until_answered']:.1f}"),
        ("spans a second", f"{ingest['spans_per_second']:,.0f}"),
        ("bytes on disk a span", f"{ingest['disk_bytes_per_span']:.1f}"),
        ("answer to a request, p50 / p99 ms", f"{ingest['p50_ms']:.0f} / {ingest['p99_ms']:.0f}"),
        ("peak memory MB", f"{ingest['peak_memory_mb']:.0f}"),
        ("idle memory MB", f"{figures['idle memory MB']:.0f}"),
        ("start, first / warm s", f"{figures['first start s']:.2f} / {figures['warm start s']:.2f}"),
    ]
    rows += [(f"{name}, first / p50 ms", f"{t['first']:.1f} / {t['p50']:.1f}")
             for name, t in figures["questions ms"].items()]
    sent = f"{ingest['spans']:,} spans, {options.spans_per_request} a request, {options.connections} connections"
    print(f"| {sent} | |\n|---|---|")
    for name, value in rows:
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
