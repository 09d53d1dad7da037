"""What today's clients really sent, request by request (tests/captures/otlp.jsonl), and what is inside, read by
OpenTelemetry's own protobuf classes: an oracle that shares no code with the server."""

import base64
import gzip
import json
import zlib
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

FILE = Path(__file__).resolve().parent.parent / "captures" / "otlp.jsonl"

# The captures' clocks, with a margin: 2026-11-22 11:00–11:20 UTC.
TIME_RANGE = {"start_time": 1795345200, "end_time": 1795346400}

MESSAGES = {"spans": ExportTraceServiceRequest, "log_records": ExportLogsServiceRequest,
            "metrics": ExportMetricsServiceRequest}


@dataclass
class Capture:
    client: str
    number: int
    port: str  # http or grpc
    request_line: str  # HTTP only
    headers: list  # [name, value] pairs as sent
    is_chunked: bool
    body: bytes  # as sent; gRPC with its 5-byte frame head
    holds: dict  # {"spans": n, …}

    @property
    def name(self):
        return f"{self.number:02}-{self.client}-{self.signal}"

    @property
    def signal(self):
        return next(each for each in MESSAGES if each in self.holds)

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name), "")

    def message(self):
        """The request, decoded by OpenTelemetry's own classes."""
        body, encoding = self.body, self.header("content-encoding")
        if self.port == "grpc":
            encoding = self.header("grpc-encoding") if body[0] else ""
            body = body[5:]
        body = {"gzip": gzip.decompress, "deflate": zlib.decompress}.get(encoding, bytes)(body)
        message = MESSAGES[self.signal]()
        if "json" in self.header("content-type"):
            parsed = json.loads(body)
            _ids_to_base64(parsed)
            json_format.ParseDict(parsed, message, ignore_unknown_fields=True)
        else:
            message.ParseFromString(body)
        return message


def _ids_to_base64(node):
    """OTLP JSON writes ids as hex, protobuf's JSON wants base64."""
    if isinstance(node, list):
        for each in node:
            _ids_to_base64(each)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("traceId", "spanId", "parentSpanId") and isinstance(value, str):
                node[key] = base64.b64encode(bytes.fromhex(value)).decode()
            else:
                _ids_to_base64(value)


def load():
    for line in FILE.read_text().splitlines():
        record = json.loads(line)
        body = base64.b64decode(record["body_base64"]) if "body_base64" in record else record["body"].encode()
        yield Capture(record["client"], record["n"], record["port"], record.get("request_line", ""), record["headers"],
                      bool(record.get("chunked")), body, record["holds"])


def spans(message):
    for resource in message.resource_spans:
        for scope in resource.scope_spans:
            yield from scope.spans


def log_records(message):
    for resource in message.resource_logs:
        for scope in resource.scope_logs:
            yield from scope.log_records


def metrics(message):
    for resource in message.resource_metrics:
        for scope in resource.scope_metrics:
            yield from scope.metrics
