#!/usr/bin/env python3
"""Measures a whole server: CPU, speed, disk and memory of ingest, start-up, and the time of questions.

    bench/measure.py --build build/bench --size 1M        prints tables; --json FILE keeps the figures
    make bench [SIZE=10M]                                 builds what is needed and runs this

Each workload has a server and a data directory of its own. CPU is user and system time of the server's processes until
its merges are done. A cold question is the first one after a restart with the data's files taken out of the page cache.
Everything runs on this machine: the sender takes its share of the cores.
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from ask import answer_or_reason, ask_warm, load_of, table, timed
from meter import cost_of, folder_bytes, forget_pages
from questions import SPANS, Session, find_users
from server import Server, milliseconds  # noqa: F401  (other benchmarks take both from here)

MILLION = 1_000_000


@dataclass(frozen=True)
class Workload:
    """A file of generated bodies and how it is sent. `share`: of the size; a round is at most a million records."""
    name: str
    shape: str
    what: str
    connections: int = 8
    share: float = 1
    flags: tuple[str, ...] = ()
    per_request: int = 1000
    questions: bool = False
    listener: str = "http"


WORKLOADS = [
    Workload("spans", "traces", "spans, each trace whole in a request, 1,000 a request", questions=True),
    Workload("spans-sdk", "traces-sdk", "the same spans as SDKs send them: each pod's apart, up to 512 a request"),
    Workload("spans-gzip", "traces", "spans, gzip", flags=("--gzip",)),
    Workload("spans-small", "traces", "spans, 100 a request, 50 connections", 50, 0.3, per_request=100),
    Workload("spans-json", "traces-json", "spans, OTLP's JSON", share=0.3),
    Workload("spans-cyclic", "traces-cyclic", "a load generator's spans: 10 a trace, cyclic attributes"),
    Workload("logs", "logs", "log records, 1,000 a request", questions=True),
    Workload("segments", "segments", "X-Ray segments, 50 a PutTraceSegments", share=0.1),
    Workload("segments-udp", "segments-udp", "X-Ray segments by datagram, 10,000 a second", share=0.1,
             flags=("--rate", "10000"), listener="xray"),
    Workload("log-events", "log-events", "CloudWatch Logs events, 1,000 a PutLogEvents", 4),
    Workload("items", "items", "Rollbar items of 50 KB, 50 connections", 50, share=0.004),
]


def parse_size(text: str) -> int:
    factor = {"k": 1000, "M": MILLION}.get(text[-1:], 1)
    size = int(text[:-1] if factor > 1 else text) * factor
    if size < 100_000:  # with fewer, not every question has an answer
        raise argparse.ArgumentTypeError("want at least 100k")
    return size


class Bench:
    def __init__(self, options):
        self.build = options.build
        self.size = options.size
        self.data = options.data
        self.folder = options.folder

    def server(self, data_dir: pathlib.Path) -> Server:
        return Server(self.build, data_dir)

    def bodies(self, workload: Workload) -> tuple[pathlib.Path, int]:
        """The file to send, generated when it is not there, and how many rounds of it."""
        wanted = int(self.size * workload.share)
        records = min(wanted, MILLION)
        folder = self.data / f"{records}-{workload.per_request}"
        path = folder / f"{workload.shape}.bodies"
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=self.data) as unfinished:
                subprocess.run([self.build / "bench/generate", "--out", unfinished, "--records", str(records),
                                "--per-request", str(workload.per_request), workload.shape],
                               check=True, stdout=subprocess.DEVNULL)
                folder.mkdir(exist_ok=True)
                os.rename(f"{unfinished}/{workload.shape}.bodies", path)
        return path, max(1, wanted // records)

    def sender(self, server: Server, workload: Workload) -> list:
        path, rounds = self.bodies(workload)
        return [self.build / "bench/send", "--to", server.addresses[workload.listener],
                "--connections", workload.connections, "--rounds", rounds, *workload.flags, path]

    def ingest(self, workload: Workload, data_dir: pathlib.Path) -> dict:
        self.bodies(workload)
        server = self.server(data_dir)
        if workload.shape == "log-events":
            create_log_streams(server)
        time.sleep(5)
        idle = server.memory_mb()
        figures = cost_of(server.tree, self.sender(server, workload))
        if not figures.get("acknowledged"):
            server.stop()
            return {"error": figures.get("first_failure", "nothing was acknowledged")}
        if workload.listener == "xray":  # nothing answers a datagram: what was taken is what the server counted
            clients = {each["client"]: each for each in json.loads(server.get("/api/v1/status")[1])["clients"]}
            figures["sent"], figures["acknowledged"] = figures["acknowledged"], int(clients["xray"]["accepted"])
        figures["idle_memory_mb"] = idle
        figures["disk_bytes_a_record"] = server.disk_bytes() / figures["acknowledged"]
        server.stop()
        figures["folder_bytes_a_record"] = folder_bytes(data_dir)["apparent"] / figures["acknowledged"]
        return figures

    def starts(self, data_dir: pathlib.Path) -> float:
        """Median of five."""
        seconds = []
        for _ in range(5):
            server = self.server(data_dir)
            seconds.append(server.start_seconds)
            server.stop()
        return sorted(seconds)[2]

    def cold(self, question, load, data_dir: pathlib.Path) -> dict:
        forget_pages(data_dir)
        server = self.server(data_dir)
        try:
            read = server.tree.read_from_disk_mb()
            took = timed(question, Session(server.address), load, 0)
            return {"cold_ms": took, "cold_read_mb": server.tree.read_from_disk_mb() - read}
        finally:
            server.stop()

    def ask_all(self, sent: dict, data_dir: pathlib.Path, under: Workload | None) -> dict:
        load, questions = load_of(sent)
        server = self.server(data_dir)
        if questions is SPANS:
            find_users(Session(server.address), load)
        server.stop()
        figures = {each.name: answer_or_reason(lambda each=each: self.cold(each, load, data_dir)) for each in questions}
        server = self.server(data_dir)
        for each in questions:
            session = Session(server.address)
            figures[each.name] |= answer_or_reason(lambda e=each, s=session: ask_warm(e, s, load, server.tree))
        if under:
            self.ask_under_load(server, questions, load, under, sent["per_second"] / 2, figures)
        server.stop()
        return figures

    def ask_under_load(self, server, questions, load, workload, rate, figures) -> None:
        """While records come at half the speed that was measured. They lie in the hours before what is asked for, so
        that the answers stay known."""
        path, _ = self.bodies(workload)
        hours = 20
        command = [self.build / "bench/send", "--to", server.address, "--connections", workload.connections,
                   "--rate", rate, "--rounds", hours, "--first-round", 1000, "--begin", load.begin - hours * 3600, path]
        sender = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
        try:
            for each in questions:
                session = Session(server.address)
                under = answer_or_reason(lambda e=each, s=session: ask_warm(e, s, load, seconds=5))
                figures[each.name]["under_load_p50_ms"] = under.get("p50_ms")
        finally:
            sender.terminate()
            sender.wait()

    def run(self, names: list[str], with_questions: bool) -> dict:
        result = {"machine": machine(), "size": self.size, "workloads": {}, "questions": {}}
        for workload in [each for each in WORKLOADS if not names or each.name in names]:
            print(f"measuring {workload.name} …", file=sys.stderr, flush=True)
            with tempfile.TemporaryDirectory(prefix="tetrascope-bench-", dir=self.folder) as folder:
                data_dir = pathlib.Path(folder)
                figures = self.ingest(workload, data_dir)
                if "error" not in figures:
                    figures["warm_start_s"] = self.starts(data_dir)
                    if workload.questions and with_questions:
                        result["questions"][workload.name] = self.ask_all(figures, data_dir, workload)
                result["workloads"][workload.name] = figures
        return result


def create_log_streams(server: Server) -> None:
    """What generated PutLogEvents name."""
    def call(operation, **body):
        status, answer = Session(server.address).ask(
            "POST", "/", body, {"X-Amz-Target": f"Logs_20140328.{operation}",
                                "Content-Type": "application/x-amz-json-1.1"})
        assert status == 200, answer

    call("CreateLogGroup", logGroupName="bench")
    for stream in range(4):
        call("CreateLogStream", logGroupName="bench", logStreamName=f"stream-{stream}")


def machine() -> dict:
    cpu = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.processor())
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) * 1024
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], stdout=subprocess.PIPE, text=True, check=False,
                            cwd=pathlib.Path(__file__).parent).stdout.strip()
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gb": round(memory / 1e9), "kernel": platform.release(),
            "load_before": os.getloadavg()[0], "commit": commit, "date": time.strftime("%Y-%m-%d", time.gmtime())}


def print_tables(result: dict) -> None:
    host = result["machine"]
    print(f"{host['cores']} cores of {host['cpu']}, {host['memory_gb']} GB, Linux {host['kernel']}; commit "
          f"{host['commit']}, {host['date']}; load before {host['load_before']:.1f}\n")
    print("| workload | records | a second | CPU µs a record | until answered | disk B a record | p50 / p99 ms "
          "| memory MB: idle, peak | start s |\n|---|---|---|---|---|---|---|---|---|")
    for workload in WORKLOADS:
        row = result["workloads"].get(workload.name)
        if row is None:
            continue
        if "error" in row:
            print(f"| {workload.what} | failed: {row['error'][:200]} | | | | | | | |")
            continue
        print(f"| {workload.what} | {row['acknowledged']:,} | {row['per_second']:,.0f} | {row['cpu_us']:.1f} | "
              f"{row['cpu_us_until_answered']:.1f} | {row['disk_bytes_a_record']:.1f} | {row['p50_ms']:.0f} / "
              f"{row['p99_ms']:.0f} | {row['idle_memory_mb']:.0f}, {row['peak_memory_mb']:.0f} | "
              f"{row['warm_start_s']:.2f} |")
    for name, figures in result["questions"].items():
        questions = load_of({**result["workloads"][name]})[1]
        print(f"\nQuestions on {name}:\n\n{table(questions, figures)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/bench"),
                        help="folder with tetrascope, bench/generate and bench/send")
    parser.add_argument("--size", type=parse_size, default="1M", help="records: 100k, 1M (the default), 10M …")
    parser.add_argument("--only", nargs="*", default=[], choices=[each.name for each in WORKLOADS], metavar="WORKLOAD",
                        help=", ".join(each.name for each in WORKLOADS))
    parser.add_argument("--no-questions", action="store_true")
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("build/bench-data"),
                        help="where generated bodies are kept")
    parser.add_argument("--folder", type=pathlib.Path, help="where data directories are made (the system's for such)")
    parser.add_argument("--json", type=pathlib.Path, help="keep the figures in this file")
    options = parser.parse_args()
    options.data.mkdir(parents=True, exist_ok=True)
    result = Bench(options).run(options.only, not options.no_questions)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))
    print_tables(result)


if __name__ == "__main__":
    main()
