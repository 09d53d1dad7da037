"""Parameters of CloudWatch Logs that no SDK would let through, and calls in forms that no SDK makes."""

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from cloudwatch import ACCOUNT, insights, now_ms, put, refused

ARN = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:"
TRANSFORMATION = {"metricName": "m", "metricNamespace": "n", "metricValue": "1"}


def post(server, body, target=None, **headers):
    if target:
        headers["X-Amz-Target"] = target
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(server.url + "/", sent,
                                     {"Content-Type": "application/x-amz-json-1.1", **headers}, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        assert error.headers["x-amzn-RequestId"]
        return error.code, json.loads(error.read())


def transformation(**more):
    return {"filterName": "f", "filterPattern": "{ $.a = * }", "metricTransformations": [TRANSFORMATION | more]}


@pytest.mark.parametrize(("operation", "parameters", "code", "words"), [
    ("CreateLogGroup", {"logGroupName": ""}, "InvalidParameterException", "greater than or equal to 1"),
    ("CreateLogGroup", {"logGroupName": "x", "tags": {"a": 5}}, "SerializationException", "tags"),
    ("CreateLogGroup", {"logGroupName": "x", "tags": {"aws:a": "b"}}, "InvalidParameterException", "aws:"),
    ("DescribeLogGroups", {"logGroupNamePattern": "a*"}, "InvalidParameterException", r"[\.\-_/#A-Za-z0-9]*"),
    ("DescribeLogGroups", {"accountIdentifiers": ["one"]}, "InvalidParameterException", r"^\d{12}$"),
    ("ListLogGroups", {"logGroupTags": ["x"]}, "SerializationException", "logGroupTags"),
    ("ListLogGroups", {"logGroupNamePattern": "(a|b)+x"}, "InvalidParameterException", "expression pattern: (\\^?"),
    ("ListLogGroups", {"logGroupNamePattern": "abc|"}, "InvalidParameterException", "'abc|' at 'logGroupNamePattern'"),
    ("PutLogGroupDeletionProtection", {"logGroupIdentifier": "GROUP"}, "InvalidParameterException", "must not be null"),
    ("AssociateKmsKey", {"kmsKeyId": "k"}, "InvalidParameterException", "resourceIdentifier"),
    ("FilterLogEvents", {"logGroupName": "GROUP", "interleaved": "x"}, "SerializationException", "interleaved"),
    ("PutLogEvents", {"logGroupName": "GROUP", "logStreamName": "s", "entity": 5}, "SerializationException", "entity"),
    ("PutLogEvents", {"logGroupName": "GROUP", "logStreamName": "s", "logEvents": [{"timestamp": 1, "message": "x"}],
                      "entity": {"keyAttributes": {"Type": "Service"}}}, "InvalidParameterException", "keyAttributes"),
    ("PutMetricFilter", transformation(dimensions={"a": "$.a"}, defaultValue=0), "InvalidParameterException",
     "dimensions and default value are mutually exclusive properties."),
    ("PutMetricFilter", transformation(dimensions={str(n): "$.a" for n in range(4)}), "InvalidParameterException",
     "at most 3"),
    ("PutMetricFilter", transformation(dimensions={"a": "b"}), "InvalidParameterException", "dimension"),
    ("PutMetricFilter", transformation(dimensions={"a": "$.a"}) | {"filterPattern": "ERROR"},
     "InvalidParameterException", "The specified filter pattern does not support dimensions"),
    ("TestMetricFilter", {"filterPattern": "a:b", "logEventMessages": ["x"]}, "InvalidParameterException",
     "Invalid character(s) in term ':'"),
    ("PutMetricFilter", transformation(unit="Furlongs"), "InvalidParameterException", "enum value set: [Seconds, "),
    ("PutMetricFilter", transformation(metricValue="abc"), "InvalidParameterException", "metricValue"),
    ("PutMetricFilter", transformation(metricValue=1), "SerializationException", "metricValue"),
    ("PutMetricFilter", transformation(defaultValue="x"), "SerializationException", "defaultValue"),
    ("PutMetricFilter", transformation() | {"metricTransformations": [5]}, "SerializationException", "objects"),
    ("PutSubscriptionFilter", {"filterName": "f", "filterPattern": "", "logGroupName": "none",
                               "destinationArn": "arn:aws:lambda:us-east-1:999999999999:function:f"},
     "AccessDeniedException", "Cross-account lambda invocation passing is not allowed."),
    ("DescribeQueries", {"nextToken": "x"}, "InvalidParameterException", "nextToken"),
    ("DescribeQueries", {"queryLanguage": "x"}, "InvalidParameterException", "[CWLI, SQL, PPL]"),
])
def test_refused(server, group, operation, parameters, code, words):
    named = {"logGroupName": group} if operation == "PutMetricFilter" else {}
    body = {key: group if value == "GROUP" else value for key, value in parameters.items()}
    status, answer = post(server, named | body, f"Logs_20140328.{operation}")
    assert (status, answer["__type"]) == (400, code), answer
    assert words in answer["message"]


@pytest.mark.parametrize("target", [None, "Logs_20140328", "Logs_20140328.", "DynamoDB_20120810.ListTables"])
def test_call_of_no_operation(server, target):
    status, answer = post(server, {}, target)
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


def test_half_characters(server, logs, group):
    # What JavaScript writes for text that was cut in the middle of an emoji.
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    body = (b'{"logGroupName":"%s","logStreamName":"s","logEvents":[{"timestamp":%d,"message":'
            b'"a \\ud83d b \\ude00 c \\ud83d\\ude00 d \\\\ud83d e"}]}' % (group.encode(), now_ms()))
    assert post(server, body, "Logs_20140328.PutLogEvents")[0] == 200
    messages = [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]
    assert messages == ["a \ufffd b \ufffd c \U0001f600 d \\ud83d e"]


def test_another_region_has_other_groups(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    elsewhere = (ARN + group).replace("us-east-1", "eu-west-1")
    refused("ResourceNotFoundException", logs.filter_log_events, logGroupIdentifier=elsewhere)
    refused("ResourceNotFoundException", logs.tag_resource, resourceArn=elsewhere, tags={"a": "b"})
    message = refused("ResourceNotFoundException", logs.start_query, logGroupIdentifiers=[elsewhere], startTime=1,
                      endTime=2, queryString="fields @message")
    assert elsewhere in message
    assert logs.filter_log_events(logGroupIdentifier=ARN + group)["events"] == []


def test_an_arn_of_a_stream_is_no_group(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    stream = f"{ARN}{group}:log-stream:s"
    refused("ResourceNotFoundException", logs.tag_resource, resourceArn=stream, tags={"a": "b"})
    refused("ResourceNotFoundException", logs.filter_log_events, logGroupIdentifier=stream)
    assert logs.list_tags_for_resource(resourceArn=ARN + group)["tags"] == {}


def test_groups_by_names(logs):
    unique = f"n{now_ms()}"
    for name in (unique, f"x/{unique}"):
        logs.create_log_group(logGroupName=name)

    def listed(pattern):
        return [each["logGroupName"] for each in logs.list_log_groups(logGroupNamePattern=pattern)["logGroups"]]

    assert listed(unique) == [unique, f"x/{unique}"]
    assert listed("^" + unique) == [unique]
    assert listed(f"none|^x/{unique}") == [f"x/{unique}"]


def test_groups_by_tags_and_accounts(logs):
    prefix = f"/tagged-{now_ms()}/"
    for name, tags in (("a", {"team": "x", "env": "dev"}), ("b", {"team": "y"}), ("c", None)):
        logs.create_log_group(logGroupName=prefix + name, **({"tags": tags} if tags else {}))

    def listed(*tags, **more):
        found = logs.list_log_groups(logGroupNamePattern=prefix[:20],
                                     **({"logGroupTags": list(tags)} if tags else {}), **more)["logGroups"]
        return [group["logGroupName"][len(prefix):] for group in found]

    assert listed() == ["a", "b", "c"]
    assert listed({"key": "team"}) == ["a", "b"]
    assert listed({"key": "team", "values": ["y", "z"]}) == ["b"]
    assert listed({"key": "team", "values": ["x"]}, {"key": "env", "values": ["prod"]}) == []
    assert listed(includeLinkedAccounts=True, accountIdentifiers=["999999999999"]) == []
    assert listed(includeLinkedAccounts=True, accountIdentifiers=[ACCOUNT]) == ["a", "b", "c"]


def test_keys(logs, group):
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"

    def shown():
        return logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0].get("kmsKeyId")

    logs.associate_kms_key(resourceIdentifier=ARN + group, kmsKeyId=key)
    assert shown() == key
    logs.disassociate_kms_key(logGroupName=group)
    assert shown() is None
    logs.associate_kms_key(resourceIdentifier=f"arn:aws:logs:us-east-1:{ACCOUNT}:query-result:*", kmsKeyId=key)
    refused("ResourceNotFoundException", logs.associate_kms_key, resourceIdentifier=ARN + "none", kmsKeyId=key)


def test_pages_of_queries(logs, group):
    for _ in range(3):
        insights(logs, group, "stats count(*)")
    first = logs.describe_queries(logGroupName=group, maxResults=2)
    insights(logs, group, "limit 1")  # what comes meanwhile shifts nothing
    rest = logs.describe_queries(logGroupName=group, maxResults=2, nextToken=first["nextToken"])
    assert [len(page["queries"]) for page in (first, rest)] == [2, 1]
    assert "nextToken" not in rest
    assert len({query["queryId"] for page in (first, rest) for query in page["queries"]}) == 3
    assert logs.describe_queries(logGroupName=group, queryLanguage="PPL")["queries"] == []


def test_fields_of_a_time_in_milliseconds(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    put(logs, group, "s", ['{"a": 1}'])
    for time in (now_ms() // 1000, now_ms()):
        names = [field["name"] for field in logs.get_log_group_fields(logGroupName=group, time=time)["logGroupFields"]]
        assert "a" in names


def test_changes_of_one_group_at_a_time(logs, group):
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda n: logs.create_log_stream(logGroupName=group, logStreamName=f"s{n}"), range(24)))
        changes = [lambda n=n: logs.tag_resource(resourceArn=ARN + group, tags={f"k{n}": "v"}) for n in range(24)]
        changes += [lambda n=n: logs.delete_log_stream(logGroupName=group, logStreamName=f"s{n}") for n in range(12)]
        changes.append(lambda: logs.put_retention_policy(logGroupName=group, retentionInDays=7))
        list(pool.map(lambda change: change(), changes))
    assert len(logs.list_tags_for_resource(resourceArn=ARN + group)["tags"]) == 24
    assert len(logs.describe_log_streams(logGroupName=group)["logStreams"]) == 12
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["retentionInDays"] == 7
