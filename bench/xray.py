#!/usr/bin/env python3
"""Measures X-Ray: segments a second by PutTraceSegments and by datagram with the server's CPU each, and the questions
over an hour of requests.

    bench/xray.py --build build --traces 360000           prints a table; --json prints the figures

A trace is two documents of together 1.5 KB: `web` with a call of DynamoDB and one of `orders`, and the segment of
`orders`. Traces begin evenly over the hour before now; one in a hundred failed. CPU is user and system time of the
server's process until its merges are done; the sender takes its share of the cores.
"""

import argparse
import json
import pathlib
import random
import socket
import tempfile
import time

from clients import Client, measured, send
from server import Server, milliseconds

WEB = ('{{"trace_id":"{trace}","id":"{a}","name":"web","start_time":{start:.6f},"end_time":{end:.6f},"origin":'
       '"AWS::ECS::Container","http":{{"request":{{"method":"GET","url":"https://shop.example.com/api/orders/{n}",'
       '"client_ip":"203.0.113.9","user_agent":"Mozilla/5.0 (X11; Linux x86_64)"}},"response":{{"status":{status},'
       '"content_length":512}}}},"annotations":{{"tenant":"tenant-{tenant}","cached":false}},"aws":{{"xray":{{"sdk":'
       '"X-Ray for Python","sdk_version":"2.15.0","sampling_rule_name":"Default"}}}},"service":{{"version":"1.4.2"}},'
       '{fault}"subsegments":[{{"id":"{b}","name":"DynamoDB","namespace":"aws","start_time":{start:.6f},"end_time":'
       '{middle:.6f},"aws":{{"operation":"GetItem","region":"us-east-1","table_name":"carts","request_id":"{a}{b}"}},'
       '"http":{{"response":{{"status":200}}}}}},{{"id":"{c}","name":"orders","namespace":"remote","start_time":'
       '{middle:.6f},"end_time":{end:.6f},"http":{{"request":{{"method":"GET","url":"http://orders/orders/{n}"}},'
       '"response":{{"status":{status}}}}}}}]}}')
ORDERS = ('{{"trace_id":"{trace}","id":"{d}","parent_id":"{c}","name":"orders","start_time":{middle:.6f},"end_time":'
          '{end:.6f},{fault}"http":{{"request":{{"method":"GET","url":"http://orders/orders/{n}"}},"response":'
          '{{"status":{status}}}}},"aws":{{"xray":{{"sdk":"X-Ray for Go"}}}}}}')


def documents(number, start, chance):
    seconds = min(0.005 + chance.expovariate(30), 2.0)
    failed = number % 100 == 0
    names = {"trace": f"1-{int(start):08x}-{chance.getrandbits(96):024x}", "n": number % 1000, "tenant": number % 50,
             "start": start, "middle": start + seconds * 0.3, "end": start + seconds, "status": 500 if failed else 200,
             "fault": '"fault":true,' if failed else ""}
    names.update((letter, f"{chance.getrandbits(64):016x}") for letter in "abcd")
    return WEB.format(**names), ORDERS.format(**names)


def generate(traces, begin, seconds, seed=1):
    chance = random.Random(seed)
    for number in range(traces):
        yield from documents(number, begin + seconds * number / traces, chance)


def bodies(all_documents):
    batch = []
    for each in all_documents:
        batch.append(each)
        if len(batch) == 50:
            yield json.dumps({"TraceSegmentDocuments": batch}).encode()
            batch = []
    if batch:
        yield json.dumps({"TraceSegmentDocuments": batch}).encode()


def check_all_taken(answer):
    assert not answer["UnprocessedTraceSegments"]


def accepted(server):
    """Segments of X-Ray's clients since the start."""
    status = json.loads(server.get("/api/v1/status")[1])
    return next(int(each["accepted"]) for each in status["clients"] if each["client"] == "xray")


def rejected(server):
    """Datagrams that the page's list of what was rejected counts."""
    rows = json.loads(server.get("/api/v1/rejected")[1])["rejected"]
    return sum(int(each["records"]) for each in rows if each["protocol"] == "xray/udp")


def send_by_udp(server, datagrams, per_second):
    """Sends at a steady pace; 0 = as fast as the sender can."""
    host, _, port = server.addresses["xray"].rpartition(":")
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.connect((host, int(port)))
    begin = time.monotonic()
    for number, datagram in enumerate(datagrams):
        udp.send(datagram)
        if per_second and number % 100 == 0:
            ahead = begin + number / per_second - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
    return time.monotonic() - begin


def questions(server, begin, end):
    api = Client(server)
    calls = {
        "GetServiceGraph, 1 h": ("/ServiceGraph", {"StartTime": begin, "EndTime": end}),
        "GetServiceGraph, 1 h, group of a service":
            ("/ServiceGraph", {"StartTime": begin, "EndTime": end, "GroupName": "web"}),
        "GetServiceGraph, 10 min": ("/ServiceGraph", {"StartTime": end - 600, "EndTime": end}),
        "GetTimeSeriesServiceStatistics, 1 h": ("/TimeSeriesServiceStatistics", {"StartTime": begin, "EndTime": end}),
        "GetTraceSummaries, 1 h, first page": ("/TraceSummaries", {"StartTime": begin, "EndTime": end}),
        "GetTraceSummaries, fault": ("/TraceSummaries", {"StartTime": begin, "EndTime": end,
                                                         "FilterExpression": "fault"}),
        "GetTraceSummaries, a rare annotation and fault":
            ("/TraceSummaries", {"StartTime": begin, "EndTime": end,
                                 "FilterExpression": 'annotation.tenant = "tenant-0" AND fault'}),
        "GetTraceSummaries, no such service":
            ("/TraceSummaries", {"StartTime": begin, "EndTime": end, "FilterExpression": 'service("nowhere")'}),
    }
    api.post({"GroupName": "web", "FilterExpression": 'service("web")'}, "/CreateGroup")
    ready = time.monotonic()
    while api.ask({"StartTime": begin, "EndTime": end}, "/ServiceGraph")[0] != 200:
        pass
    first = time.monotonic() - ready
    return first, {name: milliseconds(lambda path=path, body=body: api.post(body, path), 7)
            for name, (path, body) in calls.items()}


def measure(server, options):
    end = int(time.time())
    begin = end - 3_600
    prepared = list(bodies(generate(options.traces, begin, 3_600)))
    figures = {"PutTraceSegments": measured(
        server, options.traces * 2,
        lambda: send(lambda: Client(server, path="/TraceSegments"), prepared, options.connections, check_all_taken))}
    prepared.clear()
    figures["first graph s"], figures["questions ms"] = questions(server, begin, end)
    figures["memory after questions MB"] = server.memory_mb()
    figures["peak memory MB"] = server.memory_mb("VmHWM")
    graph = Client(server).post({"StartTime": begin, "EndTime": end}, "/ServiceGraph")
    total = sum(each["SummaryStatistics"]["TotalCount"] for each in graph["Services"]
                if each["Name"] == "web" and each.get("Type") != "client")
    assert total == options.traces, (total, options.traces)
    datagrams = [b'{"format":"json","version":1}\n' + each.encode()
                 for each in generate(options.udp // 2, begin - 7_200, 3_600, seed=2)]
    before = accepted(server)
    figures["UDP"] = measured(server, len(datagrams),
                              lambda: send_by_udp(server, datagrams, options.udp_per_second))
    figures["UDP"].update(sent=len(datagrams), accepted=accepted(server) - before, rejected=rejected(server))
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--traces", type=int, default=360_000, help="over the last hour; two documents each")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--udp", type=int, default=100_000, help="datagrams")
    parser.add_argument("--udp-per-second", type=int, default=10_000, help="0: as fast as the sender can")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tetrascope-bench-") as folder:
        server = Server(options.build, pathlib.Path(folder))
        try:
            figures = measure(server, options)
        finally:
            server.stop()
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    print("| | segments a second | CPU µs a segment, merges included | until sent |\n|---|---|---|---|")
    for name in ("PutTraceSegments", "UDP"):
        row = figures[name]
        print(f"| {name} | {row['per_second']:,.0f} | {row['cpu_us']:.1f} | {row['cpu_us_until_sent']:.1f} |")
    print(f"\nUDP: {figures['UDP']['sent']:,} sent, {figures['UDP']['accepted']:,} accepted, "
          f"{figures['UDP']['rejected']:,} counted as rejected")
    print("\n| question | first ms | p50 ms | max ms |\n|---|---|---|---|")
    print(f"| the first graph of all, s: {figures['first graph s']:.1f} | | | |")
    for name, row in figures["questions ms"].items():
        print(f"| {name} | {row['first']:.0f} | {row['p50']:.0f} | {row['max']:.0f} |")
    print(f"| memory after the questions, peak: MB | {figures['memory after questions MB']:.0f} | "
          f"{figures['peak memory MB']:.0f} | |")


if __name__ == "__main__":
    main()
