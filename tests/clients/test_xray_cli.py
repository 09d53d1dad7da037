"""The AWS CLI against the server: the commands of an application's documentation, word for word, then the rest."""

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from server import Server, clean_environment

AWS = shutil.which("aws", path=str(Path(sys.executable).parent))
pytestmark = pytest.mark.skipif(AWS is None, reason="awscli is not installed")

RULE = """{
  "SamplingRule": {
      "RuleName": "Cruddur",
      "ResourceARN": "*",
      "Priority": 9000,
      "FixedRate": 0.1,
      "ReservoirSize": 5,
      "ServiceName": "Cruddur",
      "ServiceType": "*",
      "Host": "*",
      "HTTPMethod": "*",
      "URLPath": "*",
      "Version": 1
  }
}
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture(scope="module")
def shell(running, tmp_path_factory):
    """Runs a command in a folder with the document's rule; its status, what it said, what it complained."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "aws" / "json").mkdir(parents=True)
    (folder / "aws" / "json" / "xray.json").write_text(RULE)
    environment = clean_environment(
        AWS_ENDPOINT_URL=running.url, AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="secret",
        AWS_REGION="us-east-1", AWS_DEFAULT_REGION="us-east-1", AWS_PAGER="", HOME=str(folder),
        AWS_EC2_METADATA_DISABLED="true", PATH=f"{Path(AWS).parent}{os.pathsep}{os.environ['PATH']}")

    def run(command, refused=None):
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True,
                              timeout=60)
        if refused is not None:
            assert done.returncode != 0 and refused in done.stderr, (done.stdout, done.stderr)
            return None
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    return run


def document(trace, identifier, name, start, **more):
    return json.dumps({"trace_id": trace, "id": identifier, "name": name, "start_time": start,
                       "end_time": start + 0.25, **more})


@pytest.fixture(scope="module")
def trace(shell):
    """Segments by `put-trace-segments`: one request that called DynamoDB and failed."""
    start = round(time.time() - 60, 3)
    identifier = f"1-{int(start):08x}-{uuid.uuid4().hex[:24]}"
    call = {"id": "00000000000000b1", "name": "DynamoDB", "namespace": "aws", "start_time": start,
            "end_time": start + 0.1, "aws": {"table_name": "messages", "operation": "Query"}}
    segment = document(identifier, "00000000000000a1", "backend-flask", start, fault=True, subsegments=[call],
                       annotations={"handle": "worf"}, http={"request": {"method": "GET", "url": "http://x/api"},
                                                             "response": {"status": 500}})
    answer = shell(f"aws xray put-trace-segments --trace-segment-documents '{segment}'")
    assert answer == {"UnprocessedTraceSegments": []}
    return identifier, segment, start


def test_the_documents_group(shell):
    group = shell('''aws xray create-group \\
   --group-name "Cruddur" \\
   --filter-expression "service(\\"backend-flask\\")"
''')["Group"]
    assert group["GroupName"] == "Cruddur"
    assert group["FilterExpression"] == 'service("backend-flask")'
    assert group["GroupARN"].startswith("arn:aws:xray:us-east-1:123456789012:group/Cruddur/")
    assert {each["GroupName"] for each in shell("aws xray get-groups")["Groups"]} == {"Default", "Cruddur"}
    assert shell("aws xray get-group --group-name Cruddur")["Group"] == group
    shell("aws xray create-group --group-name Cruddur", refused="InvalidRequestException")
    shell("aws xray get-group --group-name nobody", refused="Group not found")


def test_the_documents_sampling_rule(shell):
    record = shell("aws xray create-sampling-rule --cli-input-json file://aws/json/xray.json")["SamplingRuleRecord"]
    wanted = json.loads(RULE)["SamplingRule"]
    assert {key: record["SamplingRule"][key] for key in wanted} == wanted
    assert record["SamplingRule"]["RuleARN"] == "arn:aws:xray:us-east-1:123456789012:sampling-rule/Cruddur"
    rules = [each["SamplingRule"]["RuleName"] for each in shell("aws xray get-sampling-rules")["SamplingRuleRecords"]]
    assert rules == ["Cruddur", "Default"]
    shell("aws xray create-sampling-rule --cli-input-json file://aws/json/xray.json",
          refused="InvalidRequestException")
    changed = shell("aws xray update-sampling-rule --sampling-rule-update RuleName=Cruddur,FixedRate=0.5")
    assert changed["SamplingRuleRecord"]["SamplingRule"]["FixedRate"] == 0.5
    assert changed["SamplingRuleRecord"]["SamplingRule"]["ReservoirSize"] == 5


def test_the_documents_graph_of_ten_minutes(shell, trace):
    graph = shell('''EPOCH=$(date +%s)
aws xray get-service-graph --start-time $(($EPOCH-600)) --end-time $EPOCH
''')
    nodes = {(each["Name"], each.get("Type")): each for each in graph["Services"]}
    assert set(nodes) == {("backend-flask", "client"), ("backend-flask", None), ("messages", "AWS::DynamoDB::Table")}
    backend = nodes["backend-flask", None]
    assert backend["Root"] and backend["State"] == "active"
    assert backend["SummaryStatistics"]["FaultStatistics"] == {"OtherCount": 1, "TotalCount": 1}
    assert backend["SummaryStatistics"]["TotalResponseTime"] == pytest.approx(0.25, abs=1e-6)
    (edge,) = backend["Edges"]
    assert edge["ReferenceId"] == nodes["messages", "AWS::DynamoDB::Table"]["ReferenceId"]
    assert edge["SummaryStatistics"]["OkCount"] == 1


def test_summaries_traces_and_graph_of_a_trace(shell, trace):
    identifier, segment, start = trace
    between = f"--start-time {int(start) - 60} --end-time {int(start) + 60}"
    (summary,) = shell(f"aws xray get-trace-summaries {between} "
                       "--filter-expression 'service(\"backend-flask\") { fault }'")["TraceSummaries"]
    assert summary["Id"] == identifier
    assert summary["HasFault"] and not summary["HasError"]
    assert summary["Duration"] == pytest.approx(0.25, abs=1e-3)
    assert shell(f"aws xray get-trace-summaries {between} --filter-expression 'ok'")["TraceSummaries"] == []
    shell(f"aws xray get-trace-summaries {between} --filter-expression 'service('",
          refused="Invalid filter expression")
    # Ids of summaries into batch-get-traces, as AWS' own examples do.
    (found,) = shell(f"aws xray batch-get-traces --trace-ids $(aws xray get-trace-summaries {between} "
                     "--query 'TraceSummaries[*].Id' --output text)")["Traces"]
    assert found["Id"] == identifier
    assert {each["Document"] for each in found["Segments"] if each["Id"] == "00000000000000a1"} == {segment}
    graph = shell(f"aws xray get-trace-graph --trace-ids {identifier}")
    assert {each["Name"] for each in graph["Services"]} == {"backend-flask", "messages"}


def test_time_series(shell, trace):
    _, _, start = trace
    answer = shell(f"aws xray get-time-series-service-statistics --start-time {int(start) - 60} "
                   f"--end-time {int(start) + 120} --group-name Default "
                   "--entity-selector-expression 'service(\"backend-flask\")'")
    (step,) = answer["TimeSeriesServiceStatistics"]
    assert step["ServiceSummaryStatistics"]["FaultStatistics"]["TotalCount"] == 1


def test_ranges_and_ids_that_are_too_many(shell):
    shell("aws xray get-service-graph --start-time 1000000 --end-time 1030000",
          refused="Time range cannot be longer than 6 hours")
    ids = " ".join(f"1-5759e988-{number:024x}" for number in range(6))
    shell(f"aws xray batch-get-traces --trace-ids {ids}", refused="Exceeding maximum query size: 5")


@pytest.mark.parametrize(("command", "wanted"), [
    ("get-encryption-config", {"EncryptionConfig": {"Status": "ACTIVE", "Type": "NONE"}}),
    ("list-resource-policies", {"ResourcePolicies": []}),
    ("list-tags-for-resource --resource-arn arn:aws:xray:us-east-1:123456789012:group/Default", {"Tags": []}),
    ("get-trace-segment-destination", {"Destination": "XRay", "Status": "ACTIVE"}),
    ("get-sampling-statistic-summaries", {"SamplingStatisticSummaries": []}),
    ("get-insight-summaries --start-time 1795000000 --end-time 1795000600 --group-name Default",
     {"InsightSummaries": []}),
])
def test_settings(shell, command, wanted):
    assert shell(f"aws xray {command}") == wanted


def test_what_was_made_is_deleted(shell):
    shell("aws xray delete-sampling-rule --rule-name Cruddur")
    shell("aws xray delete-sampling-rule --rule-name Cruddur", refused="InvalidRequestException")
    shell("aws xray delete-sampling-rule --rule-name Default", refused="InvalidRequestException")
    shell("aws xray delete-group --group-name Cruddur")
    shell("aws xray delete-group --group-name Cruddur", refused="Group not found")
    assert [each["GroupName"] for each in shell("aws xray get-groups")["Groups"]] == ["Default"]


def test_the_identity_behind_the_keys(shell):
    assert shell("aws sts get-caller-identity")["Account"] == "123456789012"
