"""A strict reader of Prometheus' text format 0.0.4, by its specification: what is not exactly in form is an error.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import math
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
SAMPLE = re.compile(rf"^({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)$")
NUMBER = re.compile(r"^(?:[+-]?Inf|NaN|[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$")
KINDS = {"counter", "gauge", "histogram"}
SUFFIXES = ("_bucket", "_sum", "_count")


def labels_of(text):
    pairs = re.findall(r"([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\n]|\\\\|\\\"|\\n)*)\"", text or "")
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), f"a label twice: {text}"
    return tuple(pairs)


def check_histogram(name, samples):
    """Steps grow and end with +Inf, whose count is the sample's `_count`."""
    series = {}
    for labels, value in samples[name + "_bucket"].items():
        rest = tuple(pair for pair in labels if pair[0] != "le")
        series.setdefault(rest, []).append((float(dict(labels)["le"].replace("+Inf", "inf")), value))
    for rest, steps in series.items():
        assert steps == sorted(steps), f"{name}: steps out of order"
        assert [count for _, count in steps] == sorted(count for _, count in steps), f"{name}: a step falls"
        assert steps[-1][0] == math.inf and steps[-1][1] == samples[name + "_count"][rest]
        assert rest in samples[name + "_sum"]


def parse(text):
    """name → {labels: value}, after every rule was checked."""
    assert text.endswith("\n")
    samples, kinds, closed = {}, {}, set()
    family = None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, family, told = line.split(" ", 3)
            assert family not in closed, f"{family}: two families"
            assert told
            closed.add(family)
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == family and kind in KINDS, line
            assert (kind == "counter") == name.endswith("_total"), f"{name}: a {kind}"
            kinds[name] = kind
            continue
        match = SAMPLE.match(line)
        assert match, f"no sample: {line!r}"
        name, labels, value = match.groups()
        assert NUMBER.match(value), line
        of_family = name == family or (kinds[family] == "histogram" and name in [family + s for s in SUFFIXES])
        assert of_family, f"{name} among {family}"
        key = labels_of(labels)
        assert key not in samples.setdefault(name, {}), f"twice: {line}"
        samples[name][key] = float(value)
        if kinds[family] == "counter":
            assert samples[name][key] >= 0, line
    for name, kind in kinds.items():
        if kind == "histogram":
            check_histogram(name, samples)
    return samples
