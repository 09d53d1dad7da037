"""A small service instrumented as OpenTelemetry documents it. Only OTEL_* variables say where its telemetry goes.

    otlp_app.py http|grpc     prints as JSON what it has sent
"""

import json
import logging
import sys

from opentelemetry import trace
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind, StatusCode

if sys.argv[1] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

tracers = TracerProvider()
tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
loggers = LoggerProvider()
loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())])

tracer = tracers.get_tracer("shop", "1.2.3")
log = logging.getLogger("shop")
log.setLevel(logging.INFO)
log.propagate = False
log.addHandler(LoggingHandler(logger_provider=loggers))
meter = meters.get_meter("shop")

with tracer.start_as_current_span("GET /cart", kind=SpanKind.SERVER) as root:
    root.set_attributes({"http.response.status_code": 500, "cart.total": 12.5, "user.vip": True,
                         "cart.items": ["socks", "shoes"], "note": "naïve — ünïcode ✓"})
    for number in range(3):
        with tracer.start_as_current_span("SELECT cart", kind=SpanKind.CLIENT, links=[Link(root.get_span_context())]):
            log.info("line %d read", number)
    root.add_event("cart.read", {"lines": 3})
    try:
        raise ValueError("out of socks")
    except ValueError as error:
        root.record_exception(error)
        root.set_status(StatusCode.ERROR, "cart failed")
    log.error("cart failed for customer 77")
    trace_id = trace.format_trace_id(root.get_span_context().trace_id)
    root_id = trace.format_span_id(root.get_span_context().span_id)

meter.create_counter("carts_read").add(5, {"kind": "test"})
meter.create_histogram("cart_size").record(3)

flushed = [tracers.force_flush(), loggers.force_flush(), meters.force_flush()]
tracers.shutdown()
loggers.shutdown()
meters.shutdown()
json.dump({"flushed": all(flushed), "trace_id": trace_id, "root_id": root_id, "spans": 4, "events": 2, "links": 3,
           "logs": ["line 0 read", "line 1 read", "line 2 read", "cart failed for customer 77"]}, sys.stdout)
