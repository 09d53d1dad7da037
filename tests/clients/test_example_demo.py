"""`make demo` as somebody sees it: it starts, says where to look, every command that it names works, a click in the
front end is one trace down to the back end's two SDKs, and Ctrl+C ends it."""

import os
import re
import signal
import subprocess
import time

import honeycomb
import pytest
from server import BINARY, ROOT, clean_environment

START_SECONDS, END_SECONDS = 180, 60


class Demo:
    def __init__(self, folder, *flags):
        self.log = open(folder / "demo.log", "w+")  # noqa: SIM115 - lives as long as the demo
        # Shells start what they put in the background with SIGINT ignored, and children inherit that.
        command = ["env", "--default-signal=INT", ROOT / "tools" / "demo", "--free-ports", "--folder", folder / "kept",
                   *flags]
        environment = clean_environment(TETRASCOPE_BINARY=str(BINARY))
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT, env=environment,
                                        start_new_session=True)

    def said(self):
        self.log.flush()
        with open(self.log.name) as file:
            return file.read()

    def wait_for(self, pattern):
        end = time.monotonic() + START_SECONDS
        while not (match := re.search(pattern, self.said(), re.MULTILINE)):
            assert self.process.poll() is None and time.monotonic() < end, self.said()
            time.sleep(0.1)
        return match

    def end(self, how=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(END_SECONDS)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    running = Demo(tmp_path_factory.mktemp("demo"))
    try:
        running.page = running.wait_for(r"^  (http://\S+)/   all of it$")[1]
        running.wait_for(r"^  \S+traffic\.py .*$")
        yield running
    finally:
        running.end()
    assert running.process.returncode == 0, running.said()


def test_the_commands_that_it_names_work(demo):
    commands = demo.said().partition("\nTry\n")[2]
    assert commands.count("\n  ") == 10 and "aws xray batch-get-traces" in commands
    done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", commands], cwd=ROOT, capture_output=True, text=True,
                          env=os.environ | {"AWS_PAGER": ""}, timeout=400)
    assert done.returncode == 0, done.stderr
    for part in ('"Services": [', '"HasFault": true', '"Traces": [', '"logStreams": [', "KeyError: 'nobody'",
                 '"key_name":"app.result_length"', "500 GET  /api/messages/@nobody"):
        assert part in done.stdout, part


def test_a_click_is_a_trace(demo):
    front_end = demo.wait_for(r"^  (http://localhost:\d+/)   Cruddur itself")[1]
    done = subprocess.run(["node", "tests/clients/node/cruddur_click.mjs", front_end], cwd=ROOT, capture_output=True,
                          text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    spec = {"calculations": [{"op": "COUNT"}], "breakdowns": ["trace.trace_id"], "time_range": 3600,
            "filters": [honeycomb.equal("library.name", "cruddur"), honeycomb.equal("name", "click Worf")]}
    (click,) = honeycomb.rows(demo.page, spec)
    end = time.monotonic() + 30  # the back end's OpenTelemetry sends every five seconds
    by_name = {}
    while len(by_name) < 5:
        assert time.monotonic() < end, by_name
        spans = honeycomb.spans(demo.page, click["trace.trace_id"], "name", "service.name", "trace.parent_id")
        by_name = {each["name"]: each for each in spans}
    assert len(spans) == 5
    fetch = by_name["GET"]
    assert fetch["trace.parent_id"] == by_name["click Worf"]["trace.span_id"]
    for served in ("GET /api/activities/@<string:handle>", "backend-flask"):  # OpenTelemetry's and X-Ray's
        assert by_name[served]["trace.parent_id"] == fetch["trace.span_id"]
    assert by_name["mock-data"]["trace.parent_id"] == by_name["backend-flask"]["trace.span_id"]


@pytest.mark.parametrize("flags", [[], ["--cpp"]], ids=["flask", "cpp"])
def test_once_ends_by_itself(tmp_path, flags):
    demo = Demo(tmp_path, "--once", *flags)
    assert demo.process.wait(START_SECONDS) == 0, demo.said()
    assert len(re.findall(r"^  \d{3} .* 1-[0-9a-f]{8}-[0-9a-f]{24}$", demo.said(), re.MULTILINE)) == 33
