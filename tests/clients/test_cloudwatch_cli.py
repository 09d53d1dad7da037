"""The AWS command line, unchanged but for AWS_ENDPOINT_URL."""

import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from server import Server, clean_environment

AWS = Path(sys.executable).parent / "aws"


class Cli:
    def __init__(self, server):
        self.environment = clean_environment(
            AWS_ENDPOINT_URL=server.url, AWS_DEFAULT_REGION="us-east-1", AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE",
            AWS_SECRET_ACCESS_KEY="secret", AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)

    def run(self, *words):
        return subprocess.run([sys.executable, AWS, *words], capture_output=True, text=True, timeout=60,
                              env=self.environment)

    def __call__(self, *words):
        """What `aws …` prints, parsed."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None


@pytest.fixture(scope="module")
def aws(server):
    return Cli(server)


@pytest.fixture(scope="module")
def group(aws):
    """A group with ten events a second apart, the last of them now."""
    name = f"/shop/{uuid.uuid4().hex}"
    aws("logs", "create-log-group", "--log-group-name", name, "--tags", "team=a")
    aws("logs", "put-retention-policy", "--log-group-name", name, "--retention-in-days", "7")
    aws("logs", "create-log-stream", "--log-group-name", name, "--log-stream-name", "web")
    now = int(time.time() * 1000)
    events = [{"timestamp": now - 1000 * (9 - i), "message": f"{'ERROR' if i % 5 == 0 else 'INFO'} order {i}"}
              for i in range(10)]
    answer = aws("logs", "put-log-events", "--log-group-name", name, "--log-stream-name", "web", "--log-events",
                 json.dumps(events))
    assert len(answer["nextSequenceToken"]) == 56
    return name


def test_who_am_i(aws):
    assert aws("sts", "get-caller-identity")["Account"] == "123456789012"


def test_groups_and_streams(aws, group):
    found = aws("logs", "describe-log-groups", "--log-group-name-prefix", group)["logGroups"]
    assert [(g["logGroupName"], g["retentionInDays"]) for g in found] == [(group, 7)]
    assert aws("logs", "list-tags-for-resource", "--resource-arn", found[0]["logGroupArn"])["tags"] == {"team": "a"}
    streams = aws("logs", "describe-log-streams", "--log-group-name", group)["logStreams"]
    assert [s["logStreamName"] for s in streams] == ["web"]


def test_events(aws, group):
    found = aws("logs", "filter-log-events", "--log-group-name", group, "--filter-pattern", "ERROR")["events"]
    assert [e["message"] for e in found] == ["ERROR order 0", "ERROR order 5"]
    paged = aws("logs", "filter-log-events", "--log-group-name", group, "--page-size", "3")
    assert len(paged["events"]) == 10 and "nextToken" not in paged
    assert aws("logs", "filter-log-events", "--log-group-name", group, "--query", "events[0].message",
               "--max-items", "1") == "ERROR order 0"
    events = aws("logs", "get-log-events", "--log-group-name", group, "--log-stream-name", "web", "--limit", "2")
    assert [e["message"] for e in events["events"]] == ["INFO order 8", "INFO order 9"]


def query(aws, group, text):
    now = int(time.time())
    started = aws("logs", "start-query", "--log-group-name", group, "--start-time", str(now - 600), "--end-time",
                  str(now + 60), "--query-string", text)
    while True:
        answer = aws("logs", "get-query-results", "--query-id", started["queryId"])
        if answer["status"] not in ("Scheduled", "Running"):
            return started["queryId"], answer


def test_insights(aws, group):
    query_id, answer = query(aws, group, "parse @message '* order *' as level, n | stats count(*) as c by level")
    assert answer["status"] == "Complete" and answer["statistics"]["recordsMatched"] == 10
    rows = [{c["field"]: c["value"] for c in row} for row in answer["results"]]
    assert rows == [{"level": "ERROR", "c": "2"}, {"level": "INFO", "c": "8"}]
    assert query_id in {q["queryId"] for q in aws("logs", "describe-queries")["queries"]}
    _, answer = query(aws, group, "fields @message | sort @timestamp desc | limit 1")
    pointer = next(c["value"] for c in answer["results"][0] if c["field"] == "@ptr")
    record = aws("logs", "get-log-record", "--log-record-pointer", pointer)["logRecord"]
    assert record["@message"] == "INFO order 9" and record["@log"] == f"123456789012:{group}"


def test_refusals_are_words_of_the_service(aws):
    done = aws.run("logs", "describe-log-streams", "--log-group-name", "nothing")
    assert done.returncode != 0
    assert ("An error occurred (ResourceNotFoundException) when calling the DescribeLogStreams operation: "
            "The specified log group does not exist.") in done.stderr


def test_saved_queries(aws, group):
    made = aws("logs", "put-query-definition", "--name", "shop/errors", "--query-string",
               "filter @message like /ERROR/", "--log-group-names", group)["queryDefinitionId"]
    shown = aws("logs", "describe-query-definitions", "--query-definition-name-prefix", "shop/")["queryDefinitions"]
    assert [(q["queryDefinitionId"], q["logGroupNames"]) for q in shown] == [(made, [group])]
    assert aws("logs", "delete-query-definition", "--query-definition-id", made) == {"success": True}


def test_a_restart_keeps_queries(tmp_path):
    with Server(tmp_path) as first:
        aws = Cli(first)
        aws("logs", "create-log-group", "--log-group-name", "g")
        aws("logs", "create-log-stream", "--log-group-name", "g", "--log-stream-name", "s")
        aws("logs", "put-log-events", "--log-group-name", "g", "--log-stream-name", "s", "--log-events",
            json.dumps([{"timestamp": int(time.time() * 1000), "message": "kept"}]))
        query_id, answer = query(aws, "g", "fields @message")
        first.kill()
    with Server(tmp_path) as second:
        aws = Cli(second)
        assert aws("logs", "get-query-results", "--query-id", query_id)["results"] == answer["results"]
        assert aws("logs", "filter-log-events", "--log-group-name", "g")["events"][0]["message"] == "kept"
