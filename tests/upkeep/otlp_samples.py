"""One of everything that OTLP has a place for."""

from store import attribute

T = 1_700_000_000_000_000_000
A_MAP = {"key": "m", "value": {"kvlistValue": {"values": [{"key": "k", "value": {"intValue": "1"}}]}}}


def span(trace, at=T):
    return {
        "traceId": f"{trace:032x}", "spanId": "00000000000000a1", "parentSpanId": "00000000000000a0",
        "traceState": "a=1,b=2", "flags": 0x301, "name": "n", "kind": 3,
        "startTimeUnixNano": str(at), "endTimeUnixNano": str(at + 5),
        "attributes": [attribute("s", "text"), attribute("i", 2**53 + 1), attribute("d", 2.5), attribute("b", True),
                       {"key": "l", "value": {"arrayValue": {"values": [{"stringValue": "x"}, {"intValue": "7"}]}}},
                       {"key": "raw", "value": {"bytesValue": "AAEC"}},
                       A_MAP],
        "droppedAttributesCount": 1, "droppedEventsCount": 2, "droppedLinksCount": 3,
        "events": [{"timeUnixNano": str(at + 1), "name": "e", "attributes": [attribute("x", 1)],
                    "droppedAttributesCount": 4}],
        "links": [{"traceId": f"{trace + 1:032x}", "spanId": "00000000000000b1", "traceState": "c=3",
                   "attributes": [attribute("y", 0.5)], "droppedAttributesCount": 5, "flags": 0x101}],
        "status": {"message": "broke", "code": 2}}


def log(n):
    return {"timeUnixNano": str(T + n), "observedTimeUnixNano": str(T + n + 1), "severityNumber": 9,
            "severityText": "INFO", "eventName": "e", "body": {"stringValue": f"line {n}"},
            "attributes": [attribute("n", n)], "droppedAttributesCount": 1, "flags": 1,
            "traceId": f"{5:032x}", "spanId": "00000000000000a1"}


def metric(name, kind, point, **more):
    times = {"attributes": [attribute("a", "b"), A_MAP], "startTimeUnixNano": str(T), "timeUnixNano": str(T + 1),
             "flags": 1}
    return {"name": name, "description": f"what {name} is", "unit": "ms",
            kind: {"dataPoints": [{**times, **point}], **more}}


EXEMPLAR = {"timeUnixNano": str(T), "asDouble": 1.5, "traceId": f"{5:032x}", "spanId": "00000000000000a1",
            "filteredAttributes": [attribute("f", "g")]}
METRICS = [
    metric("gauge", "gauge", {"asDouble": 1.25, "exemplars": [EXEMPLAR]}),
    metric("sum", "sum", {"asInt": "7"}, aggregationTemporality=2, isMonotonic=True),
    metric("histogram", "histogram", {"count": "3", "sum": 6.5, "min": 1.0, "max": 3.5, "bucketCounts": ["1", "2"],
                                      "explicitBounds": [2.5]}, aggregationTemporality=1),
    metric("exponential", "exponentialHistogram",
           {"count": "6", "sum": 6.5, "scale": 2, "zeroCount": "1", "zeroThreshold": 0.5,
            "positive": {"offset": -1, "bucketCounts": ["1", "2"]}, "negative": {"offset": 3, "bucketCounts": ["2"]}},
           aggregationTemporality=2),
    metric("summary", "summary", {"count": "4", "sum": 2.5, "quantileValues": [{"quantile": 0.5, "value": 1.5},
                                                                             {"quantile": 0.99, "value": 2.25}]}),
]


def producer(name, **more):
    return {"resource": {"attributes": [attribute("service.name", name)], "droppedAttributesCount": 7},
            "schemaUrl": "https://resource", **more}


def scope(**more):
    return {"scope": {"name": "lib", "version": "2", "attributes": [attribute("s", True)],
                      "droppedAttributesCount": 8}, "schemaUrl": "https://scope", **more}


def without_order(value):
    """Attributes are a set: their order is not kept."""
    if isinstance(value, dict):
        return {key: without_order(member) for key, member in value.items()}
    if isinstance(value, list):
        items = [without_order(item) for item in value]
        keyed = all(isinstance(item, dict) and set(item) == {"key", "value"} for item in items)
        return sorted(items, key=lambda item: item["key"]) if keyed else items
    return value
