"""Much more than it can take, on 200 connections of all vendors: each answer is a success or the vendor's retryable
refusal, memory keeps its bound, health is answered all the while, and afterwards everything is as before."""

import asyncio
import json
import multiprocessing
import re
import socket
import time
from collections import Counter
from pathlib import Path

import vendors
from load import SECONDS, Load, check_health
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from server import Server

CONNECTIONS = 200
MEMORY = 1 << 30
DATAGRAMS = 20_000
SPANS, ATTRIBUTES = 8_000, 10  # as much a request as a client may send
REFUSALS = {429, 503}
AWS_REFUSALS = (b"ThrottlingException", b"ServiceUnavailable")


def spans_body():
    request = ExportTraceServiceRequest()
    of_resource = request.resource_spans.add()
    of_resource.resource.attributes.add(key="service.name").value.string_value = "flood"
    spans = of_resource.scope_spans.add().spans
    now = time.time_ns()
    for n in range(SPANS):
        span = spans.add(trace_id=(n // 10 + 1).to_bytes(16, "big"), span_id=(n + 1).to_bytes(8, "big"), name="flood",
                         start_time_unix_nano=now + n, end_time_unix_nano=now + n + 1000)
        for i in range(ATTRIBUTES):
            span.attributes.add(key=f"key.{i}").value.string_value = f"value {n % 97} of {i}"
    return request.SerializeToString()


def http(path, body, **headers):
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (f"POST {path} HTTP/1.1\r\nHost: flood\r\nContent-Length: {len(body)}\r\n{head}\r\n").encode() + body


def requests():
    now = time.time()
    segments = [json.dumps({"trace_id": f"1-{int(now):08x}-{n:024x}", "id": f"{n + 1:016x}", "name": "flood",
                            "start_time": now, "end_time": now + 1,
                            "metadata": {"default": {"text": "x" * 20_000}}}) for n in range(50)]
    events = [{"timestamp": int(now * 1000), "message": "x" * 60} for _ in range(10_000)]
    rows = [{"data": {"n": n, "text": "x" * 100}} for n in range(20_000)]
    as_json = {"Content_Type": "application/json"}
    aws = {"Content_Type": "application/x-amz-json-1.1"}
    item = {"access_token": "f" * 32, "data": {"environment": "flood", "body": {"message": {"body": "x" * 400_000}}}}
    return {
        "otlp": http("/v1/traces", spans_body(), Content_Type="application/x-protobuf"),
        "honeycomb": http("/1/batch/flood", json.dumps(rows).encode(), X_Honeycomb_Team="flood", **as_json),
        "xray": http("/TraceSegments", json.dumps({"TraceSegmentDocuments": segments}).encode(), **as_json),
        "cloudwatch_logs": http("/", json.dumps({"logGroupName": "flood", "logStreamName": "stream",
                                                 "logEvents": events}).encode(),
                                X_Amz_Target="Logs_20140328.PutLogEvents", **aws),
        "rollbar": http("/api/1/item/", json.dumps(item).encode(), **as_json),
    }


async def send_on_one_connection(address, request, end, answers):
    """Sends again as soon as it is answered."""
    reader, writer = await asyncio.open_connection(*address)
    while time.monotonic() < end:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        body = await reader.readexactly(int(length.group(1)) if length else 0)
        status = int(head.split(" ", 2)[1])
        is_refusal = status in REFUSALS or any(word in body for word in AWS_REFUSALS)
        answers["taken" if status // 100 == 2 else "refused" if is_refusal else f"{status} {body[:200]!r}"] += 1
        if "connection: close" in head.lower():
            writer.close()
            reader, writer = await asyncio.open_connection(*address)
    writer.close()


async def send_on_all(address, seconds, answers):
    bodies = list(requests().items())
    end = time.monotonic() + seconds
    ended = await asyncio.gather(*(send_on_one_connection(address, bodies[i % len(bodies)][1], end,
                                                         answers[bodies[i % len(bodies)][0]])
                                   for i in range(CONNECTIONS)), return_exceptions=True)
    for one in ended:
        if one is not None:
            answers["connections"][repr(one)] += 1


def flood(address, seconds, told):
    """A process of its own, so that whoever measures is not in its way."""
    answers = {name: Counter() for name in [*requests(), "connections"]}
    asyncio.run(send_on_all(address, seconds, answers))
    told.put(answers)


def flood_with_datagrams(address, count):
    host, _, port = address.rpartition(":")
    segment = {"trace_id": f"1-{int(time.time()):08x}-{1:024x}", "id": f"{1:016x}", "name": "flood",
               "start_time": time.time(), "end_time": time.time()}
    datagram = b'{"format":"json","version":1}\n' + json.dumps(segment).encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        for _ in range(count):
            udp.sendto(datagram, (host, int(port)))


def datagrams_accounted(server):
    samples = server.metrics()
    return sum(sum(samples[f"tetrascope_datagrams{which}_total"].values()) for which in ("", "_lost"))


def health_seconds(address):
    begin = time.monotonic()
    with socket.create_connection(address, timeout=30) as one:
        one.sendall(b"GET /healthz HTTP/1.1\r\nHost: health\r\nConnection: close\r\n\r\n")
        assert one.recv(1024).startswith(b"HTTP/1.1 200 ")
    return time.monotonic() - begin


def peak_bytes(server):
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024


def test_more_than_it_can_take(tmp_path):
    seconds = max(SECONDS, 5)
    with Server(tmp_path, "--max-memory", f"{MEMORY >> 20}MiB") as server:
        logs = vendors.aws(server, "logs")
        logs.create_log_group(logGroupName="flood")
        logs.create_log_stream(logGroupName="flood", logStreamName="stream")
        told = multiprocessing.Queue()
        senders = [multiprocessing.Process(target=flood, args=(server.http_address(), seconds, told)),
                   multiprocessing.Process(target=flood_with_datagrams, args=(server.xray, DATAGRAMS))]
        for sender in senders:
            sender.start()
        health = []
        while senders[0].is_alive() and told.empty():
            health.append(health_seconds(server.http_address()))
            time.sleep(0.05)
        answers = told.get(timeout=60)
        for sender in senders:
            sender.join(60)
        stopped = time.monotonic()
        load = Load(patient=True)
        load.start(server)
        load.wait_for(20)
        normal = time.monotonic() - stopped
        assert load.stop() == {}
        load.check(server)
        sent = DATAGRAMS
        while datagrams_accounted(server) < sent:  # the kernel tells of what it dropped with the next that comes
            assert time.monotonic() - stopped < 60, f"{datagrams_accounted(server)} of {sent} datagrams are told of"
            flood_with_datagrams(server.xray, 1)
            sent += 1
            time.sleep(0.05)
        assert datagrams_accounted(server) == sent
        peak = peak_bytes(server)
        health.sort()
        print(f"answers {answers}; health median {health[len(health) // 2] * 1e3:.0f} ms, worst "
              f"{health[-1] * 1e3:.0f} ms of {len(health)}; peak {peak >> 20} MiB of {MEMORY >> 20}; "
              f"normal again after {normal:.1f} s")
        check_health(server)
    assert answers.pop("connections") == {}
    assert sum(each["refused"] for each in answers.values()) > 0, "it was not too much"
    for name, each in answers.items():
        assert set(each) <= {"taken", "refused"}, (name, each)
        assert each["taken"] > 0, (name, each)
    assert peak <= MEMORY
    # 100 ms is what is promised; where others use the same cores the median keeps it, and nothing takes seconds.
    assert health[len(health) // 2] <= 0.1, health
    assert health[-1] <= 3, health
