"""tetrascope with a data directory of its own, started, metered and stopped."""

import http.client
import json
import pathlib
import signal
import statistics
import subprocess
import sys
import time

from meter import ProcessTree


class Server:
    def __init__(self, build: pathlib.Path, data_dir: pathlib.Path, *flags: str):
        command = [build / "tetrascope", "serve", "--data-dir", data_dir, "--http", "127.0.0.1:0",
                   "--grpc", "127.0.0.1:0", "--xray", "127.0.0.1:0", "--log-level", "warn", *flags]
        begin = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.start_seconds = time.monotonic() - begin
        if not line.startswith("tetrascope ready"):
            sys.exit(f"the server did not start: {line!r}")
        self.tree = ProcessTree(self.process.pid)
        self.data_dir = data_dir
        self.addresses = dict(word.split("=") for word in line.split()[2:])
        self.address = self.addresses["http"]

    def cpu_seconds(self) -> float:
        return self.tree.cpu_seconds()

    def memory_mb(self, what: str = "VmRSS") -> float:
        return self.tree.memory_mb(what)

    def disk_bytes(self) -> int:
        """Of the parts in use. Parts that a merge has replaced are deleted some minutes later and not counted."""
        _, body = self.get("/api/v1/status")
        return int(json.loads(body)["storage"]["disk_bytes"])

    def wait_until_idle(self, limit_seconds: float = 600) -> None:
        self.tree.wait_until_quiet(limit_seconds=limit_seconds)

    def get(self, path: str, headers: dict | None = None):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def milliseconds(ask, times: int) -> dict:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begin) * 1000)
    return {"first": taken[0], "p50": statistics.median(taken), "max": max(taken)}
