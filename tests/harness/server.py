"""Starts build/tetrascope as an operator does, and tells where it listens."""

import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import exposition

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = Path(os.environ.get("TETRASCOPE_BINARY") or ROOT / "build" / "tetrascope")
READY = re.compile(r"^tetrascope ready http=(\S+) grpc=(\S+) xray=(\S+)\n$")
STOP_SECONDS = 8


def clean_environment(**more):
    """This process' environment without what would configure a server or a client."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TETRASCOPE_", "OTEL_", "HONEYCOMB_"))}
    for name in ("TETRASCOPE_ENGINE",):
        if name in os.environ:
            kept[name] = os.environ[name]
    return {**kept, **more}


class Server:
    """One server on free ports. `http`, `grpc`, `xray`: `HOST:PORT` of the ready line, once started."""

    def __init__(self, data_dir, *flags, env=None, listen=True):
        self.data_dir = Path(data_dir)
        self.command = [BINARY, "serve", "--data-dir", str(data_dir)]
        if listen:
            self.command += ["--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--xray", "127.0.0.1:0"]
        self.command += flags
        self.env = clean_environment(**(env or {}))
        self.process = None
        self.ready_seconds = 0.0
        self.stdout_lines = []
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the server

    def start(self, timeout=30):
        self.stdout_lines = []  # of an earlier process
        begin = time.monotonic()
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=self.log, env=self.env, text=True)
        ready = threading.Event()

        def read():
            for line in self.process.stdout:
                self.stdout_lines.append(line)
                ready.set()
            ready.set()

        threading.Thread(target=read, daemon=True).start()
        came = ready.wait(timeout)
        self.ready_seconds = time.monotonic() - begin
        match = READY.match(self.stdout_lines[0]) if came and self.stdout_lines else None
        if not match:
            said = self.stdout_lines
            self.kill()
            raise AssertionError(f"no ready line in {timeout} s; stdout: {said}; stderr: {self.logged()}")
        self.http, self.grpc, self.xray = match.groups()
        return self

    def logged(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def stop(self, how=signal.SIGTERM):
        """Asks it to stop; (exit code, seconds). More than 8 s is an error."""
        begin = time.monotonic()
        self.process.send_signal(how)
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running {STOP_SECONDS} s after {how}: {self.logged()[-2000:]}") from None
        return code, time.monotonic() - begin

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def kill_soon(self, seconds):
        """Begins to start, and is killed after so long, ready or not."""
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=self.log, env=self.env)
        time.sleep(seconds)
        self.kill()

    def memory_bytes(self):
        """Resident now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024

    def cpu_seconds(self):
        """User and system time of the whole process so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def http_address(self):
        host, _, port = self.http.rpartition(":")
        return host, int(port)

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

    def metrics(self):
        """name → labels → value, of /metrics"""
        with urllib.request.urlopen(self.url + "/metrics", timeout=10) as answer:
            assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
            return exposition.parse(answer.read().decode())

    @property
    def url(self):
        return f"http://{self.http}"

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.stop()
