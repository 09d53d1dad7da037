"""What `aws logs tail` of the AWS command line, version 2, does: which questions it asks, page by page, and what it
shows of the answers. Each event must be shown once, however many have the same time and whatever arrives meanwhile."""

import threading
import time

import pytest
from cloudwatch import put


def shown(logs, group, **more):
    """Without --follow: all pages."""
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, interleaved=True, **more)
    return [event for page in pages for event in page["events"]]


class Follower:
    """With --follow. At the last page it asks again from the newest time, and leaves out what it has of that time."""

    def __init__(self, logs, group, since):
        self.logs = logs
        self.question = {"logGroupName": group, "interleaved": True, "startTime": since}
        self.newest, self.ids = None, set()

    def turn(self):
        """One question; what it shows, and whether more follows at once."""
        answer = self.logs.filter_log_events(**self.question)
        fresh = []
        seen = {self.newest: self.ids} if self.newest is not None else {}
        for event in answer["events"]:
            ids = seen.setdefault(event["timestamp"], set())
            if event["eventId"] not in ids:
                ids.add(event["eventId"])
                fresh.append(event["message"])
        if seen:
            self.newest = max(seen)
            self.ids = seen[self.newest]
        if "nextToken" in answer:
            self.question["nextToken"] = answer["nextToken"]
            return fresh, True
        self.question.pop("nextToken", None)
        if self.newest is not None:
            self.question["startTime"] = self.newest
        return fresh, False


@pytest.fixture
def stream(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    return group


def test_tail(logs, stream):
    now = int(time.time() * 1000)
    put(logs, stream, "s", ["ERROR one", "two"])
    logs.create_log_stream(logGroupName=stream, logStreamName="other")
    put(logs, stream, "other", ["ERROR three"])
    since = now - 10 * 60 * 1000
    events = shown(logs, stream, startTime=since)
    assert sorted(e["message"] for e in events) == ["ERROR one", "ERROR three", "two"]
    assert {(e["logStreamName"], type(e["ingestionTime"]), type(e["timestamp"])) for e in events} == {
        ("s", int, int), ("other", int, int)}
    assert {e["message"] for e in shown(logs, stream, startTime=since, filterPattern="ERROR")} == {
        "ERROR one", "ERROR three"}
    assert [e["message"] for e in shown(logs, stream, startTime=since, logStreamNames=["other"])] == ["ERROR three"]
    assert [e["message"] for e in shown(logs, stream, startTime=since, logStreamNamePrefix="oth")] == ["ERROR three"]
    assert shown(logs, stream, startTime=now + 60_000) == []


def test_follow_shows_each_event_once(logs, stream):
    """Many events of one time, in pages of their own, while others arrive."""
    begin = int(time.time() * 1000)
    long_text = "x" * 2_000  # so that a page, which holds a MiB, is not all
    written = []

    def write():
        for batch in range(12):
            at = begin + batch // 4 * 100
            events = [{"timestamp": at, "message": f"{batch}-{n} {long_text}"} for n in range(200)]
            logs.put_log_events(logGroupName=stream, logStreamName="s", logEvents=events)
            written.extend(event["message"] for event in events)

    follower = Follower(logs, stream, begin - 1_000)
    writer = threading.Thread(target=write)
    writer.start()
    got = []
    pages = 0
    while True:
        done = not writer.is_alive()  # before the question: what was written is in its answer
        fresh, more = follower.turn()
        got += fresh
        pages += more
        if done and not more and not fresh:
            break
    writer.join()
    assert pages > 0
    # What came later with a time before the newest one shown is not asked for again: AWS's tail misses it too.
    assert len(got) == len(set(got))
    assert set(got) <= set(written)
    newest = [message for message in written if message.split("-")[0] in ("8", "9", "10", "11")]
    assert set(newest) <= set(got)
