#!/usr/bin/env python3
"""Measures a running server, whoever's it is: CPU of its process tree, memory, disk.

    bench/meter.py --pid PID --folder DATA                        prints the figures of now
    bench/meter.py --pid PID --folder DATA -- COMMAND ...         prints what COMMAND cost the server

COMMAND is what sends: `build/bench/bench/send --to HOST:PORT FILE`. Its last line of output may be JSON with
`acknowledged`; then the figures are per record, too. CPU counts until the server's background work is done: until the
tree has used less than 3 % of a core for --quiet seconds.
"""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")
BUSY_SHARE = 0.03


def stat_fields(pid: int) -> list[str]:
    """From the third on: the name before them may hold blanks and brackets."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


class ProcessTree:
    """A process and those that it started."""

    def __init__(self, pid: int):
        self.pid = pid
        self.at_least = 0.0

    def pids(self) -> list[int]:
        children: dict[int, list[int]] = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    children.setdefault(int(stat_fields(int(entry.name))[1]), []).append(int(entry.name))
                except OSError:  # ended meanwhile
                    continue
        found = [self.pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def cpu_seconds(self) -> float:
        """User and system time, that of children which have ended and were waited for too."""
        ticks = 0
        for pid in self.pids():
            try:
                ticks += sum(int(field) for field in stat_fields(pid)[11:15])
            except OSError:
                continue
        # A child between its end and its parent's wait is seen in neither.
        self.at_least = max(self.at_least, ticks / TICKS)
        return self.at_least

    def memory_mb(self, what: str = "VmRSS") -> float:
        """`VmRSS`, or `VmHWM`: the most that each process had since `forget_peak`, added up."""
        total = 0
        for pid in self.pids():
            try:
                lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
            except OSError:
                continue
            total += sum(int(line.split()[1]) for line in lines if line.startswith(what + ":"))
        return total * 1024 / 1e6

    def forget_peak(self) -> None:
        for pid in self.pids():
            pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")

    def read_from_disk_mb(self) -> float:
        total = 0
        for pid in self.pids():
            try:
                lines = pathlib.Path(f"/proc/{pid}/io").read_text().splitlines()
            except OSError:
                continue
            total += sum(int(line.split()[1]) for line in lines if line.startswith("read_bytes:"))
        return total / 1e6

    def wait_until_quiet(self, quiet_seconds: float = 4, limit_seconds: float = 600) -> bool:
        """Whether it became quiet within the limit."""
        end = time.monotonic() + limit_seconds
        quiet_since = time.monotonic()
        before, at = self.cpu_seconds(), time.monotonic()
        while time.monotonic() - quiet_since < quiet_seconds:
            if time.monotonic() > end:
                return False
            time.sleep(0.5)
            now, now_at = self.cpu_seconds(), time.monotonic()
            # Half a second is too short to tell 3 % by clock ticks of 10 ms: two ticks are not busy.
            if now - before > BUSY_SHARE * (now_at - at) + 1 / TICKS:
                quiet_since = now_at
            before, at = now, now_at
        return True


def folder_bytes(folder: pathlib.Path) -> dict[str, int]:
    """`apparent`: sizes of files; `allocated`: blocks on disk, folders too. Hard links count once."""
    seen = set()
    apparent = allocated = 0
    for where, _, files in os.walk(folder):
        allocated += os.lstat(where).st_blocks * 512
        for name in files:
            try:
                status = os.lstat(os.path.join(where, name))
            except OSError:  # a merge removed it
                continue
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            apparent += status.st_size
            allocated += status.st_blocks * 512
    return {"apparent": apparent, "allocated": allocated}


def forget_pages(folder: pathlib.Path) -> None:
    """Takes a folder's files out of the page cache, which needs no rights of root. No process may have them mapped."""
    for where, _, files in os.walk(folder):
        for name in files:
            try:
                descriptor = os.open(os.path.join(where, name), os.O_RDONLY)
            except OSError:
                continue
            try:
                os.fsync(descriptor)  # only what is written can be forgotten
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)


def cost_of(tree: ProcessTree, command: list, quiet_seconds: float = 4, limit_seconds: float = 600) -> dict:
    """Runs what sends; what it said, and what it cost the tree."""
    with contextlib.suppress(OSError):  # another user's process: its peak is that of its whole life
        tree.forget_peak()
    before = tree.cpu_seconds()
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=False)
    answered = tree.cpu_seconds() - before
    quiet = tree.wait_until_quiet(quiet_seconds, limit_seconds)
    cpu = tree.cpu_seconds() - before
    figures = {"exit": done.returncode, "cpu_seconds": cpu, "cpu_seconds_until_answered": answered,
               "became_quiet": quiet, "peak_memory_mb": tree.memory_mb("VmHWM"), "memory_mb": tree.memory_mb()}
    lines = done.stdout.splitlines()
    try:
        sent = json.loads(lines[-1]) if lines else {}
    except ValueError:
        sent = {}
    records = sent.get("acknowledged", 0)
    if records:
        figures["cpu_us"] = cpu / records * 1e6
        figures["cpu_us_until_answered"] = answered / records * 1e6
    return {**sent, **figures}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--folder", type=pathlib.Path, help="the server's data")
    parser.add_argument("--quiet", type=float, default=4, help="seconds (4)")
    parser.add_argument("--limit", type=float, default=600, help="seconds to wait for that (600)")
    parser.add_argument("command", nargs="*")
    options = parser.parse_args()
    tree = ProcessTree(options.pid)
    if options.command:
        disk_before = folder_bytes(options.folder) if options.folder else {}
        figures = cost_of(tree, options.command, options.quiet, options.limit)
    else:
        figures = {"cpu_seconds": tree.cpu_seconds(), "memory_mb": tree.memory_mb(),
                   "peak_memory_mb": tree.memory_mb("VmHWM")}
    if options.folder:
        figures["disk"] = folder_bytes(options.folder)
        if figures.get("acknowledged"):
            grown = figures["disk"]["apparent"] - disk_before["apparent"]
            figures["disk_bytes_a_record"] = grown / figures["acknowledged"]
    print(json.dumps(figures, indent=2))
    sys.exit(figures.get("exit", 0))


if __name__ == "__main__":
    main()
