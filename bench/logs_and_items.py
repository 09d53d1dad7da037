#!/usr/bin/env python3
"""Measures CloudWatch Logs and Rollbar: log events a second by PutLogEvents, questions over them, and items of 50 KB a
second, with the server's CPU each.

    bench/logs_and_items.py --build build --events 1000000 --items 4000      prints a table; --json prints the figures

Events are JSON lines of about 200 characters in batches of 5,000 (a batch holds at most 1 MiB), evenly over the hour
before now; one in a hundred thousand has a word that no other has. Items are exceptions with a trace of 60 frames, of
100 errors. CPU is user and system time of the server's process until its merges are done; the sender takes its share
of the cores.
"""

import argparse
import itertools
import json
import pathlib
import random
import tempfile
import time

from clients import Client, measured, send
from server import Server, milliseconds

GROUP = "bench"
BATCH = 5_000
PATHS = ["/api/cart", "/api/orders", "/api/items", "/health", "/api/users/me"]


def message(number, chance):
    rare = ' needle' if number % 100_000 == 50_000 else ""
    status = 500 if number % 100 == 0 else 200
    return json.dumps({"level": "ERROR" if status == 500 else "INFO", "path": chance.choice(PATHS), "status": status,
                       "ms": round(chance.expovariate(0.02), 3), "trace_id": f"{chance.getrandbits(128):032x}",
                       "user": chance.randrange(10_000), "message": f"request {number} done{rare}"})


def event_bodies(events, begin_ms, span_ms):
    chance = random.Random(1)
    bodies = []
    for first in range(0, events, BATCH):
        batch = [{"timestamp": begin_ms + span_ms * n // events, "message": message(n, chance)}
                 for n in range(first, min(first + BATCH, events))]
        bodies.append(json.dumps({"logGroupName": GROUP, "logStreamName": f"s{first // BATCH % 4}",
                                  "logEvents": batch}).encode())
    return bodies


def item_bodies(items):
    chance = random.Random(2)
    bodies = []
    for number in range(items):
        kind = number % 100
        frames = [{"filename": f"/srv/app/module_{n}.py", "lineno": n * 7, "method": f"step_{n}_of_{kind}",
                   "code": "    return call(next_step, argument)",
                   "context": {"pre": [f"    line_{chance.getrandbits(64):x} = {n}"] * 3, "post": ["    }"] * 3},
                   "locals": {f"name_{k}": f"{chance.getrandbits(256):064x}" for k in range(6)}} for n in range(60)]
        data = {"environment": "production", "uuid": f"{chance.getrandbits(128):032x}", "platform": "linux",
                "language": "python 3.11.7", "level": "error", "timestamp": int(time.time()),
                "server": {"host": "web1"},
                "request": {"url": f"http://shop/{number}", "user_ip": "10.0.0.1",
                            "headers": {"traceparent": f"00-{chance.getrandbits(128):032x}-00f067aa0ba902b7-01"}},
                "body": {"trace": {"frames": frames, "exception": {"class": f"Error{kind}", "message": f"{number}"}}}}
        bodies.append(json.dumps({"data": data}).encode())
    return bodies


def logs_api(server, operation):
    return Client(server, {"X-Amz-Target": "Logs_20140328." + operation, "Content-Type": "application/x-amz-json-1.1"})


def items_api(server):
    return Client(server, {"X-Rollbar-Access-Token": "bench" * 6}, "/api/1/item/")


def ask(server, operation, question):
    return logs_api(server, operation).post(question)


def insights(server, now, text):
    started = ask(server, "StartQuery", {"logGroupName": GROUP, "startTime": now - 3700, "endTime": now + 60,
                                         "queryString": text})
    while True:
        answer = ask(server, "GetQueryResults", started)
        if answer["status"] not in ("Scheduled", "Running"):
            assert answer["status"] == "Complete", answer
            return answer["results"]


def questions(server, now, events):
    def found(pattern, **more):
        question = {"logGroupName": GROUP, "filterPattern": pattern, **more}
        count = 0
        while True:
            answer = ask(server, "FilterLogEvents", question)
            count += len(answer["events"])
            if "nextToken" not in answer:
                return count
            question["nextToken"] = answer["nextToken"]

    # Each time another word: the engine remembers where a condition held, and would look nowhere else the next time.
    number = itertools.count(100_007, 1_000)

    def one(**more):
        assert found(f'"request {next(number) % events} done"', **more) == 1

    rare = events // 100_000
    assert found("needle") == rare
    assert found('{ $.message = "*needle*" }') == rare
    assert found('"request 777 done"') == 1

    def rare_in_json():
        assert found(f'{{ $.message = "*needle*" || $.message = "none{next(number)}" }}') == rare

    def asked(**more):
        return lambda: ask(server, "FilterLogEvents", {"logGroupName": GROUP, **more})

    calls = {
        "FilterLogEvents, a rare term": one,
        "FilterLogEvents, a rare term, newest first":
            lambda: one(startFromHead=False, startTime=(now - 3700) * 1000),
        "FilterLogEvents, a JSON pattern of a rare word": rare_in_json,
        "FilterLogEvents, a term that nothing has": lambda: found(f"nowhere{next(number)}"),
        "FilterLogEvents, first 100 of a JSON comparison": asked(filterPattern="{ $.status = 500 }", limit=100),
        "FilterLogEvents, first 100": asked(limit=100),
        "GetLogEvents, last 100 of a stream":
            lambda: ask(server, "GetLogEvents", {"logGroupName": GROUP, "logStreamName": "s1", "limit": 100}),
        "Insights: newest 25":
            lambda: insights(server, now, "fields @timestamp, @message | sort @timestamp desc | limit 25"),
        "Insights: count and average by status and 5 minutes":
            lambda: insights(server, now, "stats count(*), avg(ms) by status, bin(5m)"),
    }
    return {name: milliseconds(call, 7) for name, call in calls.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=4_000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory(prefix="tetrascope-bench-") as folder:
        server = Server(options.build, pathlib.Path(folder))
        try:
            now = int(time.time())
            ask(server, "CreateLogGroup", {"logGroupName": GROUP})
            for n in range(4):
                ask(server, "CreateLogStream", {"logGroupName": GROUP, "logStreamName": f"s{n}"})
            bodies = event_bodies(options.events, (now - 3600) * 1000, 3_600_000)
            figures["PutLogEvents, events"] = measured(
                server, options.events,
                lambda: send(lambda: logs_api(server, "PutLogEvents"), bodies, options.connections))
            figures["disk_bytes_per_event"] = server.disk_bytes() / options.events
            figures["questions_ms"] = questions(server, now, options.events)
            bodies = item_bodies(options.items)
            figures["item_bytes"] = sum(map(len, bodies)) / len(bodies)
            figures["items"] = measured(server, options.items,
                                        lambda: send(lambda: items_api(server), bodies, options.connections))
            figures["memory_mb"] = server.memory_mb("VmHWM")
        finally:
            server.stop()
    if options.json:
        print(json.dumps(figures, indent=1))
        return
    for name in ("PutLogEvents, events", "items"):
        each = figures[name]
        print(f"{name:<52}{each['per_second']:>10,.0f} /s {each['cpu_us_until_sent']:>9,.1f} µs CPU until sent"
              f"{each['cpu_us']:>9,.1f} µs with merges")
    print(f"{'bytes on disk an event':<52}{figures['disk_bytes_per_event']:>10,.1f}")
    print(f"{'bytes of an item as sent':<52}{figures['item_bytes']:>10,.0f}")
    for name, value in figures["questions_ms"].items():
        print(f"{name:<52}{value['p50']:>10,.1f} ms, the first {value['first']:,.1f}, at most {value['max']:,.1f}")
    print(f"{'memory at most':<52}{figures['memory_mb']:>10,.0f} MB")


if __name__ == "__main__":
    main()
