"""What a client of each vendor sends, numbered, and how that vendor's own API gives it back."""

import contextlib
import json
import time
import urllib.error
import urllib.request
from collections import Counter
from datetime import UTC, datetime

import boto3
import grpc
import honeycomb
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

BATCH = 20
ERRORS = (OSError, ValueError, BotoCoreError, ClientError, grpc.RpcError)
TOKEN = "0" * 31 + "1"
GROUPS = 1000  # as many as one answer of Honeycomb's may have


def post(url, body, **headers):
    """The answer's JSON; OSError where it was no success."""
    request = urllib.request.Request(url, json.dumps(body).encode(), headers={"Content-Type": "application/json",
                                                                             **headers})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def is_retryable(error):
    """Whether the vendor's own clients send it again: what a server says that cannot store just now."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code in (429, 503)
    if isinstance(error, ClientError):
        return error.response["ResponseMetadata"]["HTTPStatusCode"] in (429, 500, 503)
    if isinstance(error, grpc.RpcError):
        return error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED)
    return False


def aws(server, service):
    return boto3.client(service, endpoint_url=server.url, region_name="us-east-1", aws_access_key_id="a",
                        aws_secret_access_key="b",
                        config=Config(retries={"total_max_attempts": 1}, read_timeout=10, connect_timeout=10))


def counted_by_honeycomb(server, dataset, column, tried):
    """number → how many rows have it, asked in pieces of as many groups as an answer may have."""
    found = {}
    for first in range(0, tried, GROUPS):
        filters = [{"column": column, "op": ">=", "value": first},
                   {"column": column, "op": "<", "value": first + GROUPS}]
        spec = {"calculations": [{"op": "COUNT"}], "breakdowns": [column], "filters": filters, "limit": GROUPS,
                "time_range": 7200}
        found |= {row[column]: row["COUNT"] for row in honeycomb.rows(server.url, spec, dataset)}
    return found


class HoneycombEvents:
    def prepare(self, server):
        pass

    def send(self, server, numbers):
        """The numbers that were acknowledged."""
        statuses = post(f"{server.url}/1/batch/killed", [{"data": {"n": n}} for n in numbers],
                        **{"X-Honeycomb-Team": honeycomb.KEY})
        return [n for n, each in zip(numbers, statuses, strict=True) if each["status"] == 202]

    def stored(self, server, tried):
        """number → how often it is there"""
        return counted_by_honeycomb(server, "killed", "n", tried)


class OtlpSpans:
    def prepare(self, server):
        pass

    def send(self, server, numbers):
        now = time.time_ns()
        spans = [{"traceId": f"{n + 1:032x}", "spanId": f"{n + 1:016x}", "name": "killed",
                  "startTimeUnixNano": str(now), "endTimeUnixNano": str(now + 1000), "events": self.events(n, now),
                  "attributes": [{"key": "span.n", "value": {"intValue": str(n)}}]}
                 for n in numbers]
        resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "killed-otlp"}}]}
        answer = post(f"{server.url}/v1/traces",
                      {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]})
        return numbers if not answer.get("partialSuccess") else []

    def events(self, n, now):
        """Every fourth has an exception: a row of another table, in the same commit."""
        if n % 4:
            return []
        return [{"timeUnixNano": str(now), "name": "exception", "attributes": [
            {"key": "exception.type", "value": {"stringValue": "Killed"}},
            {"key": "exception.message", "value": {"stringValue": str(n)}}]}]

    def stored(self, server, tried):
        return counted_by_honeycomb(server, "killed-otlp", "span.n", tried)


class GrpcSpans:
    def prepare(self, server):
        self.channel = grpc.insecure_channel(server.grpc)
        self.export = TraceServiceStub(self.channel).Export

    def send(self, server, numbers):
        request = ExportTraceServiceRequest()
        of_resource = request.resource_spans.add()
        of_resource.resource.attributes.add(key="service.name").value.string_value = "killed-grpc"
        now = time.time_ns()
        spans = of_resource.scope_spans.add().spans
        for n in numbers:
            span = spans.add(trace_id=(n + 1).to_bytes(16, "big"), span_id=(n + 1).to_bytes(8, "big"), name="killed",
                             start_time_unix_nano=now, end_time_unix_nano=now + 1000)
            span.attributes.add(key="span.n").value.int_value = n
        answer = self.export(request, timeout=10)
        return numbers if not answer.partial_success.rejected_spans else []

    def stored(self, server, tried):
        return counted_by_honeycomb(server, "killed-grpc", "span.n", tried)


class XraySegments:
    """A trace a segment. Its number is the end of its trace's id. What is found is looked at twice: in the summaries of
    all, and as documents, five traces a call, of as many as take seconds."""

    LOOKED_AT = 200

    def __init__(self):
        self.begin = int(time.time()) - 60

    def prepare(self, server):
        self.client = aws(server, "xray")

    def send(self, server, numbers):
        documents = [json.dumps({"trace_id": f"1-{self.begin:08x}-{n:024x}", "id": f"{n + 1:016x}",
                                 "name": "killed-xray", "start_time": self.begin + 1.5, "end_time": self.begin + 1.75})
                     for n in numbers]
        answer = self.client.put_trace_segments(TraceSegmentDocuments=documents)
        return numbers if not answer["UnprocessedTraceSegments"] else []

    def stored(self, server, tried):
        pages = aws(server, "xray").get_paginator("get_trace_summaries").paginate(
            StartTime=datetime.fromtimestamp(self.begin - 60, UTC), EndTime=datetime.now(UTC),
            FilterExpression='service("killed-xray")')
        found = Counter(int(each["Id"][-24:], 16) for page in pages for each in page["TraceSummaries"])
        self.look_at_documents(server, sorted(found)[-self.LOOKED_AT:])
        return found

    def look_at_documents(self, server, numbers):
        client = aws(server, "xray")
        for first in range(0, len(numbers), 5):
            ids = [f"1-{self.begin:08x}-{n:024x}" for n in numbers[first:first + 5]]
            traces = client.batch_get_traces(TraceIds=ids)["Traces"]
            assert sorted(trace["Id"] for trace in traces) == ids
            for trace in traces:
                [segment] = trace["Segments"]
                assert segment["Id"] == f"{int(trace['Id'][-24:], 16) + 1:016x}"


class LogEvents:
    def prepare(self, server):
        self.client = aws(server, "logs")
        for create, names in ((self.client.create_log_group, {}), (self.client.create_log_stream,
                                                                   {"logStreamName": "stream"})):
            with contextlib.suppress(self.client.exceptions.ResourceAlreadyExistsException):
                create(logGroupName="killed", **names)

    def send(self, server, numbers):
        now = int(time.time() * 1000)
        answer = self.client.put_log_events(logGroupName="killed", logStreamName="stream",
                                            logEvents=[{"timestamp": now, "message": str(n)} for n in numbers])
        return numbers if "rejectedLogEventsInfo" not in answer else []

    def stored(self, server, tried):
        pages = aws(server, "logs").get_paginator("filter_log_events").paginate(logGroupName="killed")
        return Counter(int(event["message"]) for page in pages for event in page["events"])


class RollbarItems:
    """One occurrence a call, as its SDKs send them."""

    def prepare(self, server):
        pass

    def send(self, server, numbers):
        for n in numbers:
            data = {"environment": "killed", "body": {"message": {"body": "killed", "n": n}}}
            answer = post(f"{server.url}/api/1/item/", {"access_token": TOKEN, "data": data})
            if answer["err"] == 0:
                yield n

    def stored(self, server, tried):
        found = Counter()
        for page in range(1, tried + 2):
            request = urllib.request.Request(f"{server.url}/api/1/instances?page={page}",
                                             headers={"X-Rollbar-Access-Token": TOKEN})
            with urllib.request.urlopen(request, timeout=10) as answer:
                instances = json.load(answer)["result"]["instances"]
            if not instances:
                break
            found.update(each["data"]["body"]["message"]["n"] for each in instances)
        return found


VENDORS = {"honeycomb": HoneycombEvents, "otlp_http": OtlpSpans, "otlp_grpc": GrpcSpans, "xray": XraySegments,
           "cloudwatch_logs": LogEvents, "rollbar": RollbarItems}
