"""What is asked of the generated data, through the page's API and the vendors'. Every answer is checked against what
the data holds, so that a quick wrong answer is no figure. `goal`: milliseconds that the project set itself at ten
million records; `reference`: what VictoriaTraces or VictoriaLogs needed for the same on such a machine."""

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

# Attributes of the generated spans that no other question names.
UNUSUAL_KEYS = ["app.build", "db.collection.name", "messaging.destination.name", "code.function.name", "thread.name",
                "http.route", "rpc.service", "db.namespace", "messaging.client.id", "network.peer.address",
                "user_agent.original", "server.address"]


@dataclass
class Load:
    """What `send` reported of the data that is asked."""
    records: int
    begin: int
    end: int
    samples: list[str]
    users: list[str] = field(default_factory=list)

    def range(self, turn: int) -> tuple[int, int]:
        """Covers everything; another one each turn, so that no answer is served twice."""
        return self.begin - 60 - turn, self.end + 60

    def page_range(self, turn: int) -> str:
        begin, end = self.range(turn)
        return f"from={begin}000000000&to={end}000000000"


class Session:
    def __init__(self, address: str):
        self.connection = http.client.HTTPConnection(address, timeout=120)

    def ask(self, method: str, path: str, body=None, headers=None) -> tuple[int, bytes]:
        self.connection.request(method, path, body if body is None else json.dumps(body).encode(), headers or {})
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def get(self, path: str):
        status, body = self.ask("GET", path)
        assert status == 200, (path, status, body[:300])
        return json.loads(body)

    def honeycomb(self, load: Load, turn: int, spec: dict, series: bool = False) -> dict:
        """As Honeycomb's clients do: create the query, create its result, fetch until complete."""
        begin, end = load.range(turn)
        headers = {"X-Honeycomb-Team": "benchmark", "Content-Type": "application/json"}

        def call(method, path, body=None):
            status, text = self.ask(method, path, body, headers)
            assert status < 300, (spec, status, text[:300])
            return json.loads(text)

        query = call("POST", "/1/queries/__all__", {**spec, "start_time": begin, "end_time": end})
        result = call("POST", "/1/query_results/__all__", {"query_id": query["id"], "disable_series": not series})
        while not result.get("complete"):
            time.sleep(0.002)
            result = call("GET", f"/1/query_results/__all__/{result['id']}")
        return result["data"]

    def rows(self, load: Load, turn: int, spec: dict) -> list[dict]:
        return [row["data"] for row in self.honeycomb(load, turn, {"limit": 1000, **spec})["results"]]


@dataclass(frozen=True)
class Question:
    name: str
    ask: Callable[[Session, Load, int], None]
    goal: float | None = None
    reference: str = "–"
    most: int = 30  # how often it can be asked with something else each time


COUNT = [{"op": "COUNT"}]


def find_users(session: Session, load: Load) -> None:
    """Users that the sampled traces name."""
    for trace in load.samples[:30]:
        for attributes in strings_of(session.get(f"/api/v1/traces/{trace}/document"), "user.id"):
            load.users.append(attributes)
            break


def strings_of(value, key: str):
    """Every text that stands for `key`, as a member or as an attribute {"key", "text"}."""
    if isinstance(value, dict):
        if value.get("key") == key and "text" in value:
            yield value["text"]
        for name, inner in value.items():
            if name == key and isinstance(inner, str):
                yield inner
            else:
                yield from strings_of(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_of(inner, key)


def trace_waterfall(session, load, turn):
    spans = session.get(f"/api/v1/traces/{load.samples[turn % len(load.samples)]}")["spans"]
    assert 8 <= len(spans["start"]) <= 60, len(spans["start"])


def trace_document(session, load, turn):
    status, body = session.ask("GET", f"/api/v1/traces/{load.samples[turn % len(load.samples)]}/document")
    assert status == 200 and b"tenant.id" in body, (status, body[:300])


def unknown_trace(session, load, turn):
    status, _ = session.ask("GET", f"/api/v1/traces/{turn + 1:032x}")
    assert status == 404, status


def traces_of_user(session, load, turn):
    user = quote("user.id=" + load.users[turn % len(load.users)])
    assert session.get(f"/api/v1/traces?attribute={user}&{load.page_range(turn)}")["traces"]


def count_of_user(session, load, turn):
    user = {"column": "user.id", "op": "=", "value": load.users[turn % len(load.users)]}
    assert session.rows(load, turn, {"calculations": COUNT, "filters": [user]})[0]["COUNT"] > 0


def newest_of_service(session, load, turn):
    path = f"/api/v1/traces?service=payment&min_duration=100000000&limit=20&{load.page_range(turn)}"
    assert len(session.get(path)["traces"]) == 20


def newest(session, load, turn):
    assert len(session.get(f"/api/v1/traces?limit=20&{load.page_range(turn)}")["traces"]) == 20


def count_by(key, groups):
    def ask(session, load, turn):
        rows = session.rows(load, turn, {"calculations": COUNT, "breakdowns": [key]})
        assert len(rows) in (groups, groups + 1), len(rows)  # events and links are rows, too, without it
        assert sum(row["COUNT"] for row in rows) >= load.records
    return ask


def count_by_unusual_key(session, load, turn):
    key = UNUSUAL_KEYS[turn % len(UNUSUAL_KEYS)]
    rows = session.rows(load, turn, {"calculations": COUNT, "breakdowns": [key]})
    assert len(rows) > 2 and sum(row["COUNT"] for row in rows) >= load.records, (key, len(rows))


def p99_by_service(session, load, turn):
    data = session.honeycomb(load, turn, {"calculations": [{"op": "P99", "column": "duration_ms"}],
                                          "breakdowns": ["service.name"], "granularity": 300}, series=True)
    assert len(data["results"]) == 12, len(data["results"])
    assert len(data["series"]) >= 12, len(data["series"])


def ranked_differences(session, load, turn):
    answer = session.get(f"/api/v1/difference?selected_min_duration=221900000&{load.page_range(turn)}")
    selected, rest = int(answer["selection"]["spans"]), int(answer["rest"]["spans"])
    assert selected + rest == load.records and 0.005 < selected / load.records < 0.015, (selected, rest)
    keys = answer["keys"]
    assert len(keys) >= 40 and keys[0]["score"] > 0.5 and keys[-1]["score"] < 0.05, [key["key"] for key in keys]
    for key in keys:
        for side in ("selection", "rest"):
            assert sum(value[side] for value in key["values"]) + key["missing"][side] < 1.001, key


def granularity(load: Load) -> int:
    return max(1, (load.end - load.begin) // 240)


def count_of_groups_over_time(session, load, turn):
    data = session.honeycomb(load, turn, {"calculations": COUNT, "breakdowns": ["k8s.pod.name"],
                                          "filters": [{"column": "rpc.system", "op": "exists"}],
                                          "granularity": granularity(load)}, series=True)
    assert len(data["results"]) == 48, len(data["results"])


def heatmap(session, load, turn):
    data = session.honeycomb(load, turn, {"calculations": [{"op": "HEATMAP", "column": "duration_ms"}],
                                          "granularity": granularity(load)}, series=True)
    assert len(data["series"]) > 100, len(data["series"])


def service_graph(session, load, turn):
    body = {"StartTime": load.end - 3600 - turn, "EndTime": load.end}
    for _ in range(5):  # an index that is behind says so and goes on from there
        status, text = session.ask("POST", "/ServiceGraph", body, {"Content-Type": "application/json"})
        if status == 200:
            break
    assert status == 200, (status, text[:300])
    assert len(json.loads(text)["Services"]) >= 12


def column_names(session, load, turn):
    status, body = session.ask("GET", "/1/columns/__all__", headers={"X-Honeycomb-Team": "benchmark"})
    assert status == 200 and b'"tenant.id"' in body, (status, body[:300])


def count_of_everything(session, load, turn):
    assert session.rows(load, turn, {"calculations": COUNT})[0]["COUNT"] >= load.records


def lines_with_rare_word(session, load, turn):
    path = f"/api/v1/logs?text=needle&limit=500&{load.page_range(turn)}"
    assert len(session.get(path)["logs"]) == min(500, load.records // 100_000)


def lines_of_trace(session, load, turn):
    assert session.get(f"/api/v1/traces/{load.samples[turn % len(load.samples)]}/logs")["logs"]


def count_of_word(session, load, turn):
    word = {"column": "body", "op": "contains", "value": "timeout"}
    count = session.rows(load, turn, {"calculations": COUNT, "filters": [word]})[0]["COUNT"]
    assert 0.03 < count / load.records < 0.05, count


def histogram_of_logs(session, load, turn):
    answer = session.get(f"/api/v1/logs/histogram?{load.page_range(turn)}")
    assert answer["count"] == load.records, answer["count"]


SPANS = [
    Question("trace by id: waterfall", trace_waterfall, 7, "26 ms", 100),
    Question("trace by id: every attribute of it", trace_document, 20, "26 ms", 100),
    Question("unknown trace id", unknown_trace, 5, "140 ms", 100),
    Question("traces with user.id = X, over everything", traces_of_user, 14, "83 ms"),
    Question("Honeycomb: count where user.id = X, over everything", count_of_user, 14, "83 ms"),
    Question("newest 20 traces of a service, 100 ms and longer", newest_of_service, 10, "46 ms"),
    Question("newest 20 traces of all services", newest, 20),
    Question("Honeycomb: count by tenant.id", count_by("tenant.id", 200), 25, "395 ms"),
    Question("Honeycomb: count by an attribute not asked for before", count_by_unusual_key, 100, "395 ms",
             len(UNUSUAL_KEYS)),
    Question("Honeycomb: p99 of duration by service and 5 minutes", p99_by_service, 200, "3,856 ms"),
    Question("Honeycomb: count by 48 pods × 240 steps, of 11 %", count_of_groups_over_time, 50),
    Question("Honeycomb: heatmap, 240 steps, of everything", heatmap, 300),
    Question("every attribute ranked by difference: 1 % against the rest", ranked_differences, 1000),
    Question("Honeycomb: count of everything", count_of_everything),
    Question("X-Ray: service graph of the last hour", service_graph, 200),
    Question("Honeycomb: names of all columns", column_names, 20),
]

LOGS = [
    Question("lines with a rare word", lines_with_rare_word, 13, "26 ms"),
    Question("lines of a trace", lines_of_trace, 8, "11 ms", 100),
    Question("Honeycomb: count of a word that 4 % have", count_of_word, 150, "1,000 ms"),
    Question("count by severity over time", histogram_of_logs, 50, "150–200 ms"),
    Question("Honeycomb: count by severity", count_by("severity", 4), 50, "150–200 ms"),
]
