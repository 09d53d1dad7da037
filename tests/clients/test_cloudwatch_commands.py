"""Logs Insights' commands and functions of 2026: what they answer, and how they are refused."""

import hashlib
import json
import time
import uuid

import pytest
from cloudwatch import ACCOUNT, insights, put, refused

HOUR = 3_600_000


def rows_of(logs, group, query, **more):
    rows, _ = insights(logs, group, query, **more)
    return [{name: value for name, value in row.items() if name != "@ptr"} for row in rows]


@pytest.fixture
def filled(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    return lambda messages, at=None: put(logs, group, "s", [
        m if isinstance(m, str) else json.dumps(m) for m in messages], at) and group


def test_where_an_event_is_from(logs, filled):
    group = filled(["one"])
    assert rows_of(logs, group, "fields @aws.region, @aws.account, @log") == [
        {"@aws.region": "us-east-1", "@aws.account": ACCOUNT, "@log": f"{ACCOUNT}:{group}"}]


def test_hashes_and_codes(logs, filled):
    group = filled([{"s": "h\u00e9 llo", "b": "aGk=", "h": "48656c6c6f", "n": 255}])
    [row] = rows_of(logs, group, "fields md5(s) as m, sha256(s) as h2, urlencode(s) as u, urldecode('a%20b') as d, "
                    "base64encode('hi') as e, base64decode(b) as f, hexToAscii(h) as a, hexToDec('0xff') as x, "
                    "decToHex(n) as y, messageSize(s) as z, regexReplace(s, 'l+', 'L') as r")
    text = "h\u00e9 llo"
    assert row == {"m": hashlib.md5(text.encode()).hexdigest(), "h2": hashlib.sha256(text.encode()).hexdigest(),
                   "u": "h%C3%A9%20llo", "d": "a b", "e": "aGk=", "f": "hi", "a": "Hello", "x": "255", "y": "0xff",
                   "z": "7", "r": "h\u00e9 Lo"}


def test_numbers_dates_and_lists(logs, filled):
    group = filled([{"p": 3.14159, "when": "2026-03-29 01:30:00", "ips": ["10.0.0.1", "8.8.8.8"], "csv": "a,b,,c",
                     "users": [{"name": "x"}, {"name": "y", "odd.key": 7}]}])
    [row] = rows_of(logs, group, "fields round(p) as a, round(p, 2) as b, toInt('7.9') as c, isNumeric(when) as d, "
                    "floor(haversine(52.52, 13.405, 48.8566, 2.3522)) as km, "
                    "parseDate(when, 'yyyy-MM-dd HH:mm:ss', 'UTC') as ms, "
                    "formatDate(fromMillis(0), '%Y-%m-%d %H', 'Asia/Tokyo') as tokyo, "
                    "jsonArraySize(ips) as n, jsonArrayContains(ips, '8.8.8.8') as has, split(csv, ',') as parts, "
                    "case(p > 4, 'big', p > 3, 'pi', 'small') as size, ipv4ToNumber('10.0.0.1') as ip")
    assert row == {"a": "3", "b": "3.14", "c": "7", "d": "0", "km": "877", "ms": "1774747800000",
                   "tokyo": "1970-01-01 09", "n": "2", "has": "1", "parts": '["a","b","","c"]', "size": "pi",
                   "ip": "167772161"}
    [row] = rows_of(logs, group, "fields isPrivateIP('10.1.1.1') as a, isPublicIP('10.1.1.1') as b, "
                    "isPublicIP('8.8.8.8') as c, isReservedIP('127.0.0.1') as d, isPublicIP('x') as e, "
                    "strcontains('ABC', 'b', true) as f, startsWith('abc', 'ab') as g, endsWith('abc', 'ab') as h")
    assert row == {"a": "1", "b": "0", "c": "1", "d": "1", "e": "0", "f": "1", "g": "1", "h": "0"}
    [row] = rows_of(logs, group, "fields jsonParse(@message) as m | fields m.users[1].name as a, m.users[1].`odd.key` "
                    "as b, split(csv, ',')  as l | display a, b, l[3]")
    assert row == {"a": "y", "b": "7", "l[3]": "c"}
    [row] = rows_of(logs, group, "fields queryEndTime() - queryStartTime() = queryTimeRange() as same")
    assert row == {"same": "1"}


def test_running_columns(logs, filled):
    group = filled([{"n": n, "host": "a" if n == 1 else None} for n in (1, 2, 3, 4)])
    assert rows_of(logs, group, "fields n | sort @timestamp asc | accum n as total | autoregress n p=1-2") == [
        {"n": "1", "total": "1"}, {"n": "2", "total": "3", "n_p1": "1"},
        {"n": "3", "total": "6", "n_p1": "2", "n_p2": "1"}, {"n": "4", "total": "10", "n_p1": "3", "n_p2": "2"}]
    assert rows_of(logs, group, "fields n, host | sort @timestamp asc | filldown ho*") == [
        {"n": str(n), "host": "a"} for n in (1, 2, 3, 4)]
    assert [row["n"] for row in rows_of(logs, group, "fields n | accum n | limit 2")] == ["4", "7"]


def test_totals(logs, filled):
    group = filled([{"a": 1, "b": 2.5, "t": "x"}, {"a": 10, "t": "y"}])
    assert rows_of(logs, group, "fields a, b, t | sort @timestamp asc | addtotals col=true") == [
        {"a": "1", "b": "2.5", "t": "x", "Total": "3.5"}, {"a": "10", "t": "y", "Total": "10"},
        {"a": "11", "b": "2.5", "t": "0", "Total": "13.5"}]
    assert rows_of(logs, group, "fields a, b | sort @timestamp asc | addtotals fieldname=Sum a | display Sum") == [
        {"Sum": "1"}, {"Sum": "10"}]


def test_sessions(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    at = int(time.time() * 1000) - 9 * 60_000
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[
        {"timestamp": at + minute * 60_000, "message": json.dumps({"u": user, "m": minute})}
        for minute, user in ((0, "a"), (1, "b"), (2, "a"), (4, "a"), (8, "b"))])
    rows = rows_of(logs, group, "fields u, m | sessionize u maxspan 2m as s | sort m asc")
    assert [(row["m"], row["s"]) for row in rows] == [
        ("0", "a-1"), ("1", "b-1"), ("2", "a-1"), ("4", "a-1"), ("8", "b-2")]
    assert rows_of(logs, group, "sessionize u | stats count(*) as n by session_id") == [
        {"session_id": "a-1", "n": "3"}, {"session_id": "b-1", "n": "2"}]


def test_outliers(logs, filled):
    group = filled([{"n": n} for n in (*range(1, 21), 1000)])
    rows = rows_of(logs, group, "fields n | sort @timestamp asc | outlier mark=true n")
    assert [row["n_outlier"] for row in rows] == ["0"] * 20 + ["1"]
    assert float(rows[-1]["n"]) < 100 and rows[0]["n"] == "1"
    assert len(rows_of(logs, group, "fields n | outlier action=remove n")) == 20


def test_frequencies_and_aggregates(logs, filled):
    group = filled([{"s": s, "n": n} for n, s in enumerate(["a", "b", "a", "c", "a", "b"])])
    assert rows_of(logs, group, "countFrequent s") == [
        {"s": "a", "_approxcount": "3"}, {"s": "b", "_approxcount": "2"}, {"s": "c", "_approxcount": "1"}]
    [row] = rows_of(logs, group, "stats variance(n) as d")
    assert abs(float(row["d"]) - 35 / 12) < 1e-9
    [row] = rows_of(logs, group, "stats values(s) as v, countDistinct(s) as c, histogram(n, 5) as h")
    assert row["v"] == '["a","b","c"]' and row["c"] == "3"
    assert list(json.loads(row["h"]).values()) == [1, 1, 1, 1, 2]
    assert rows_of(logs, group, "stats topk(2, s)") == [{"topk(2, s)": '["a","b"]'}]
    assert rows_of(logs, group, "stats sum(n) as x by s | stats max(x) as y, min(x) as z | stats max(y) as top "
                                "| stats max(top)") == [{"max(top)": "6"}]


def test_rate_is_of_the_time_between(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    at = int(time.time() * 1000) - 60_000
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[
        {"timestamp": at + 10_000 * n, "message": json.dumps({"c": 100 * n})} for n in range(4)])
    assert rows_of(logs, group, "stats rate(c, 1m) as r, rate(c, 1s) as s, rate(none, 1s) as t") == [
        {"r": "600", "s": "10"}]


def test_missing_bins_are_filled(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    minute = 60_000
    start = int(time.time() * 1000) // (2 * minute) * 2 * minute - 10 * minute
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[
        {"timestamp": start + m * minute + 5, "message": json.dumps({"h": h})}
        for m, h in ((0, "a"), (2, "a"), (2, "b"), (4, "a"))])

    def ask(query):
        started = logs.start_query(logGroupName=group, startTime=start // 1000, endTime=start // 1000 + 299,
                                   queryString=query)
        for _ in range(20):
            answer = logs.get_query_results(queryId=started["queryId"])
            if answer["status"] != "Running":
                break
        assert answer["status"] == "Complete"
        return [[cell["value"] for cell in row] for row in answer["results"]]

    def stamp(m):
        return time.strftime("%Y-%m-%d %H:%M:%S.000", time.gmtime((start + m * minute) // 1000))

    assert ask("stats count(*) as n by bin(1m) | fillmissing with 0 for n") == [
        [stamp(0), "1"], [stamp(1), "0"], [stamp(2), "2"], [stamp(3), "0"], [stamp(4), "1"]]
    assert ask("stats count(*) as n by h, bin(2m) as t | fillmissing | sort t, h") == [
        ["a", stamp(0), "1"], ["b", stamp(0)], ["a", stamp(2), "1"], ["b", stamp(2), "1"], ["a", stamp(4), "1"],
        ["b", stamp(4)]]
    assert ask("filter h = 'nobody' | stats count(*) by bin(1m) | fillmissing") == []


def test_periods_are_capped_by_their_unit(logs, filled):
    group = filled(["x"])
    [row] = rows_of(logs, group, "fields datefloor(fromMillis(299000), 300s) as s, datefloor(fromMillis(299000), 5m) "
                    "as m, dateceil(fromMillis(90000000), 48h) as h")
    assert row == {"s": "1970-01-01 00:04:00.000", "m": "1970-01-01 00:00:00.000", "h": "1970-01-03 00:00:00.000"}


def test_bins_with_an_offset_show_what_was_before(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    now = int(time.time() * 1000)
    for back, count in ((HOUR, 3), (0, 2)):
        put(logs, group, "s", [f"of {back}"] * count, now - back)
    [row] = rows_of(logs, group, "stats count(*) as n by bin(1d) offset 1h")
    assert row["n"] == "3"
    [row] = rows_of(logs, group, "stats count(*) as n by bin(1d)")
    assert row["n"] == "2"


def test_diff(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    now = int(time.time() * 1000)
    # The query is of the ten minutes around now; before it lie twenty others.
    put(logs, group, "s", [f"user {n} logged in" for n in range(2)] + ["gone 1"], now - 20 * 60_000)
    put(logs, group, "s", [f"user {n} logged in" for n in range(5)] + ["ERROR new 7"], now)
    expected = [
        {"@pattern": "user <*> logged in", "@sampleCount": "5", "@differenceEventCount": "3",
         "@differenceDescription": "Increased by 150%"},
        {"@pattern": "ERROR new <*>", "@sampleCount": "1", "@differenceEventCount": "1",
         "@differenceDescription": "New pattern"},
        {"@pattern": "gone <*>", "@sampleCount": "0", "@differenceEventCount": "-1",
         "@differenceDescription": "Pattern not found"}]

    def found(query):
        return sorted(({k: v for k, v in row.items() if k not in ("@ratio", "@severityLabel")}
                       for row in rows_of(logs, group, query)), key=lambda row: -int(row["@differenceEventCount"]))

    assert found("pattern @message | diff") == expected
    assert found("diff") == expected
    assert found("logcompare timeshift 20m") == expected
    assert [row["@differenceDescription"] for row in found("diff previousDay")] == ["New pattern"] * 2
    assert found("filter @message like /ERROR/ | diff") == expected[1:2]


@pytest.fixture
def two_groups(logs):
    prefix = f"/two/{uuid.uuid4().hex}/"
    for name, messages in (("api", [{"id": n, "status": 500 if n % 2 else 200} for n in range(6)]),
                           ("db", [{"id": n, "e": "T", "ms": n * 10} for n in (1, 1, 3, 4)] + ["no JSON"])):
        logs.create_log_group(logGroupName=prefix + name)
        logs.create_log_stream(logGroupName=prefix + name, logStreamName="s")
        put(logs, prefix + name, "s", [m if isinstance(m, str) else json.dumps(m) for m in messages])
    return prefix


def test_subqueries(logs, two_groups):
    def ids(query):
        return [row["id"] for row in rows_of(logs, two_groups + "api", query + " | fields id | sort id asc")]

    db = two_groups + "db"
    assert ids(f"filter id in (SOURCE '{db}' | filter e = 'T' | fields id)") == ["1", "3", "4"]
    assert ids(f"filter id not in (SOURCE '{db}' | fields id)") == ["0", "2", "5"]
    assert ids(f"filter id in (SOURCE '{db}' | stats count(*) as n by id | filter n > 1 | fields id)") == ["1"]
    assert ids("filter id in (filter status = 200 | fields id)") == ["0", "2", "4"]
    refused("ResourceNotFoundException", logs.start_query, logGroupName=db, startTime=0, endTime=1,
            queryString="filter a in (SOURCE 'nothing' | fields a)")


def test_join(logs, two_groups):
    def joined(query):
        return rows_of(logs, two_groups + "api", query)

    other = f"(SOURCE '{two_groups}db' | filter ispresent(e))"
    assert joined(f"filter status = 500 | join type=inner left=a right=d where a.id=d.id {other} "
                  "| fields a.id, d.ms | sort d.ms asc") == [
        {"a.id": "1", "d.ms": "10"}, {"a.id": "1", "d.ms": "10"}, {"a.id": "3", "d.ms": "30"}]
    assert joined(f"filter status = 500 | join type=left left=a right=d where d.id=a.id {other} "
                  "| filter !ispresent(d.ms) | fields a.id, d.ms") == [{"a.id": "5"}]
    assert joined(f"join left=a right=d where a.id=d.id {other} | stats count(*) as n, sum(d.ms) as ms by a.status "
                  "| sort n desc") == [{"a.status": "500", "n": "3", "ms": "50"},
                                       {"a.status": "200", "n": "1", "ms": "40"}]


def test_columns_of_another_query(logs, two_groups):
    query = (f"stats count(*) as n by status | sort status asc | appendcols (SOURCE '{two_groups}db' "
             "| stats count(*) as m by e | sort m desc)")
    assert rows_of(logs, two_groups + "api", query) == [
        {"status": "200", "n": "3", "e": "T", "m": "4"}, {"status": "500", "n": "3", "m": "1"}]


def test_parse_in_other_forms(logs, filled):
    group = filled(['level=error msg="two words" n=3', 'x,"a, ""quoted"" b",3', "from 10.0.0.1 to 10.0.0.2"])
    assert rows_of(logs, group, "parse @message logfmt as lf | filter lf.level = 'error' | display lf.msg, lf.n") == [
        {"lf.msg": "two words", "lf.n": "3"}]
    assert rows_of(logs, group, "parse @message csv as a, b, c | filter a = 'x' | display b, c") == [
        {"b": 'a, "quoted" b', "c": "3"}]
    assert rows_of(logs, group, r"parse @message /(\d+\.\d+\.\d+\.\d+)/ as ip multi | stats count(*) as n by ip") == [
        {"ip": "10.0.0.1", "n": "1"}, {"ip": "10.0.0.2", "n": "1"}]


def test_json_of_a_field_and_expand(logs, filled):
    group = filled([{"payload": '{"user":{"name":"ann"}}', "items": ["a", "b"], "host": "h"}])
    assert rows_of(logs, group, 'json field=payload "user.name" as name | display name') == [{"name": "ann"}]
    assert rows_of(logs, group, "expand items | stats count(*) as n by items, host") == [
        {"items": "a", "host": "h", "n": "1"}, {"items": "b", "host": "h", "n": "1"}]
    assert sorted(row["items"] for row in rows_of(logs, group, "fields items, host | expand items")) == ["a", "b"]


def test_any_few(logs, filled):
    group = filled([f"line {n}" for n in range(50)])
    assert len(rows_of(logs, group, "filterIndex @message like 'line' | limit any 7")) == 7


def test_text_is_sorted_by_its_numbers(logs, filled):
    texts = ["!:", "#", "*%04", "0#", "5A", "111A", "2345_", "@", "@_", "A", "A9876fghj", "a12345hfh", "0", "1", "2"]
    group = filled([{"t": t} for t in reversed(texts)])
    assert [row["t"] for row in rows_of(logs, group, "fields t | sort t asc")] == texts
