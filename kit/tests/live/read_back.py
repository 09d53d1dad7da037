#!/usr/bin/env python3
"""Sends one request's telemetry through the kit to a real server and reads it back through each vendor's API.

    read_back.py ONE_REQUEST SERVER     exit 77 when there is no SERVER to run
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request


def ask(url, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def must(condition, what):
    if not condition:
        sys.exit(f"read_back: {what}")


def segments(xray, trace):
    found = ask(f"http://{xray}/Traces", {"TraceIds": [f"1-{trace[:8]}-{trace[8:]}"]})["Traces"]
    return [json.loads(each["Document"]) for one in found for each in one["Segments"]]


def honeycomb_count(http, trace):
    headers = {"X-Honeycomb-Team": "anykey"}
    query = {"calculations": [{"op": "COUNT"}], "time_range": 600,
             "filters": [{"column": "trace.trace_id", "op": "=", "value": trace}]}
    made = ask(f"http://{http}/1/queries/cruddur-kit", query, headers)
    result = ask(f"http://{http}/1/query_results/cruddur-kit", {"query_id": made["id"]}, headers)
    for _ in range(50):
        if result.get("complete"):
            return result["data"]["results"][0]["data"]["COUNT"]
        time.sleep(0.1)
        result = ask(f"http://{http}/1/query_results/cruddur-kit/{result['id']}", None, headers)
    return 0


def check(program, http, xray):
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{http}", "OTEL_SERVICE_NAME": "cruddur-kit",
                   "OTEL_EXPORTER_OTLP_HEADERS": "x-honeycomb-team=anykey", "AWS_XRAY_DAEMON_ADDRESS": xray,
                   "AWS_ENDPOINT_URL": f"http://{http}", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
                   "AWS_SECRET_ACCESS_KEY": "example", "ROLLBAR_ACCESS_TOKEN": "0123456789abcdef0123456789abcdef"}
    ran = subprocess.run([program, f"http://{http}/api/1/item/"], env=environment, capture_output=True, text=True,
                         timeout=60, check=False)
    must(ran.returncode == 0, f"not all was delivered: {ran.stderr}")
    trace = ran.stdout.strip()
    for _ in range(50):  # a datagram is stored a moment later
        documents = segments(xray, trace)
        if documents:
            break
        time.sleep(0.1)
    must(documents, "no segment")
    one = [each for each in documents if each["name"] == "cruddur-kit"]
    must(one and one[0]["fault"] and one[0]["annotations"] == {"app_handle": "andrew"}, f"the segment: {documents}")
    must(one[0]["cause"]["exceptions"][0]["type"] == "std::runtime_error", "its cause")
    # The span's exception is an event, which Honeycomb counts as a row of its own.
    must(honeycomb_count(http, trace) >= 2, "its spans in Honeycomb")
    logs = {"X-Amz-Target": "Logs_20140328.FilterLogEvents", "Content-Type": "application/x-amz-json-1.1"}
    events = ask(f"http://{http}/", {"logGroupName": "cruddur"}, logs)["events"]
    must(len(events) == 1 and f"1-{trace[:8]}-{trace[8:]}" in events[0]["message"], f"its log event: {events}")
    headers = {"X-Rollbar-Access-Token": "0123456789abcdef0123456789abcdef"}
    items = ask(f"http://{http}/api/1/items", None, headers)["result"]["items"]
    must(len(items) == 1 and items[0]["title"] == "std::runtime_error: the feed is empty", f"its item: {items}")
    instances = ask(f"http://{http}/api/1/item/{items[0]['id']}/instances", None, headers)["result"]["instances"]
    must(instances[0]["data"]["custom"]["trace_id"] == trace, "the occurrence's trace")


def main():
    program, server = sys.argv[1:]
    if not os.access(server, os.X_OK):
        print(f"no server at {server}")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        command = [server, "serve", "--data-dir", folder]
        for port in ("--http", "--grpc", "--xray"):
            command += [port, "127.0.0.1:0"]
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            ready = re.match(r"tetrascope ready http=(\S+) grpc=\S+ xray=(\S+)", running.stdout.readline())
            must(ready, "the server did not start")
            check(program, *ready.groups())
        finally:
            running.terminate()
            running.wait(10)


main()
