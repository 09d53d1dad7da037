"""boto3 as a client of CloudWatch Logs: what several tests ask with it."""

import time

import pytest
from botocore.exceptions import ClientError

CREDENTIALS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "secret",
               "region_name": "us-east-1"}
ACCOUNT = "123456789012"


def now_ms():
    return int(time.time() * 1000)


def put(logs, group, stream, messages, at=None):
    at = at or now_ms()
    events = [{"timestamp": at + i, "message": m} for i, m in enumerate(messages)]
    return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def refused(code, call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code, caught.value
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return caught.value.response["Error"]["Message"]


def insights(logs, group, query, **more):
    started = logs.start_query(logGroupName=group, startTime=int(time.time()) - 600, endTime=int(time.time()) + 600,
                               queryString=query, **more)
    for _ in range(30):
        answer = logs.get_query_results(queryId=started["queryId"])
        if answer["status"] not in ("Scheduled", "Running"):
            assert answer["status"] == "Complete", answer
            rows = [{cell["field"]: cell["value"] for cell in row} for row in answer["results"]]
            return rows, answer["statistics"]
    raise AssertionError("the query did not end")
