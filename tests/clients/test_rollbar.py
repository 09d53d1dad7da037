"""pyrollbar and rollbar.js, unchanged but for their endpoint: what each sends comes back through Rollbar's API."""

import functools
import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import pytest
from server import Server, clean_environment

HERE = Path(__file__).parent
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Api:
    """Rollbar's API with one token."""

    def __init__(self, server, token=None):
        self.server = server
        self.token = token or uuid.uuid4().hex

    def call(self, method, path, body=None):
        """(status, the whole answer)"""
        request = urllib.request.Request(
            self.server.url + "/api/1" + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"X-Rollbar-Access-Token": self.token, "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def ask(self, path, method="GET", body=None):
        status, answer = self.call(method, path, body)
        assert (status, answer["err"]) == (200, 0), answer
        return answer["result"]

    def items(self, query=""):
        return sorted(self.ask("/items" + query)["items"], key=lambda item: item["counter"])

    def wait_for_items(self, count):
        for _ in range(100):
            items = self.items()
            if sum(item["total_occurrences"] for item in items) >= count:
                return items
            time.sleep(0.05)
        raise AssertionError(f"{count} occurrences wanted: {items}")

    def instances(self, item=None):
        return self.ask("/instances" if item is None else f"/item/{item}/instances")["instances"]


@pytest.fixture
def api(server):
    return Api(server)


def run_python(api, handler, code):
    """Runs `code` in a process of its own: pyrollbar keeps its settings in its module."""
    start = (f"import rollbar\nrollbar.init({api.token!r}, 'production', endpoint={api.server.url + '/api/1/'!r}, "
             f"handler={handler!r}, code_version='2.0.1', root='/srv/app')\n")
    done = subprocess.run([sys.executable, "-c", start + code], capture_output=True, text=True, timeout=60,
                          env=clean_environment())
    assert done.returncode == 0, done.stderr
    return done


REPORTS = """
def fail(n):
    raise ValueError(f"bad {n}")
for n in (12, 345):
    try:
        fail(n)
    except ValueError:
        rollbar.report_exc_info(extra_data={"n": n})
try:
    try:
        {}["missing"]
    except KeyError as error:
        raise RuntimeError("outer") from error
except RuntimeError:
    rollbar.report_exc_info()
rollbar.report_message("shelf 17 is empty", "warning", extra_data={"shelf": "ü"})
"""


def check_reports(api):
    items = api.wait_for_items(4)
    by_title = {i["title"].replace("345", "12"): i for i in items}  # threads: either may come first
    assert {t: (i["level"], i["total_occurrences"], i["environment"]) for t, i in by_title.items()} == {
        "ValueError: bad 12": ("error", 2, "production"), "RuntimeError: outer": ("error", 1, "production"),
        "shelf 17 is empty": ("warning", 1, "production")}
    values = [i["data"] for i in api.instances(by_title["ValueError: bad 12"]["id"])]
    assert {each["custom"]["n"] for each in values} == {345, 12}
    trace = values[0]["body"]["trace"]
    assert trace["exception"]["class"] == "ValueError" and trace["frames"][-1]["method"] == "fail"
    chain = api.instances(by_title["RuntimeError: outer"]["id"])[0]["data"]["body"]["trace_chain"]
    assert [each["exception"]["class"] for each in chain] == ["RuntimeError", "KeyError"]
    assert api.instances(by_title["shelf 17 is empty"]["id"])[0]["data"]["custom"]["shelf"] == "ü"


@pytest.mark.parametrize("handler", ["blocking", "thread", "thread_pool", "default"])
def test_pyrollbar(api, handler):
    run_python(api, handler, REPORTS + "rollbar.wait()\n")
    check_reports(api)


@pytest.mark.parametrize("handler", ["async", "httpx"])
def test_pyrollbar_with_asyncio(api, handler):
    body = "".join("    " + line + "\n" for line in REPORTS.splitlines())
    run_python(api, handler, "import asyncio\nasync def main():\n" + body +
               "    others = asyncio.all_tasks() - {asyncio.current_task()}\n"
               "    if others: await asyncio.wait(others)\n"
               "asyncio.run(main())\n")
    check_reports(api)


def test_pyrollbar_logging_handler(api):
    run_python(api, "blocking", """
import logging
from rollbar.logger import RollbarHandler
log = logging.getLogger("shop")
log.addHandler(RollbarHandler())
log.error("order %d failed", 4711)
try:
    1 / 0
except ZeroDivisionError:
    log.exception("while counting")
""")
    items = api.wait_for_items(2)
    assert items[0]["title"] == "order 4711 failed"
    assert items[1]["title"].startswith("ZeroDivisionError: ")
    assert api.instances(items[0]["id"])[0]["data"]["body"]["message"]["args"] == [4711]


def test_flask(api):
    """As the vendor documents it; the request's headers tie the occurrence to its trace."""
    trace = uuid.uuid4().hex
    run_python(api, "blocking", f"""
import flask
import rollbar.contrib.flask
app = flask.Flask("cart")
rollbar.contrib.flask.init(app, {api.token!r}, "production", handler="blocking",
                           endpoint={api.server.url + "/api/1/"!r})
@app.route("/boom/<int:n>")
def boom(n):
    raise LookupError(f"boom {{n}}")
client = app.test_client()
for n, header in ((1, {{"traceparent": "00-{trace}-00f067aa0ba902b7-01"}}),
                  (2, {{"X-Amzn-Trace-Id": "Root=1-{trace[:8]}-{trace[8:]};Parent=00f067aa0ba902b7"}})):
    assert client.get(f"/boom/{{n}}?q=1", headers=header).status_code == 500
""")
    items = api.wait_for_items(2)
    assert [(i["title"], i["framework"], i["total_occurrences"]) for i in items] == [
        ("LookupError: boom 1", "flask", 2)]
    data = api.instances(items[0]["id"])[0]["data"]
    assert data["context"] == "/boom/<int:n>" and data["request"]["url"].endswith("/boom/2?q=1")
    with urllib.request.urlopen(f"{api.server.url}/api/v1/traces/{trace}/errors", timeout=20) as answer:
        errors = json.load(answer)["errors"]
    assert [(e["exception_message"], e["span_id"]) for e in errors] == [("boom 1", "00f067aa0ba902b7"),
                                                                       ("boom 2", "00f067aa0ba902b7")]


def test_node(api):
    done = subprocess.run(["node", "node/rollbar_app.mjs", api.server.url + "/api/1/item/", api.token], cwd=HERE,
                          capture_output=True, text=True, timeout=60, env=clean_environment())
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["status"] == 500
    items = api.wait_for_items(6)
    assert [(i["title"], i["level"], i["total_occurrences"], i["framework"]) for i in items] == [
        ("CartError: no cart 1", "error", 2, "node-js"), ("Error: outer", "critical", 1, "node-js"),
        ("a shelf is empty", "warning", 1, "node-js"), ("somebody", "info", 1, "node-js"),
        ("CartError: route 7", "error", 1, "node-js")]
    titles = {"error2": "CartError: no cart 1", "caused": "Error: outer", "message": "a shelf is empty"}
    for name, title in titles.items():
        assert api.ask(f"/item/?uuid={said['uuids'][name]}")["title"] == title
    chain = api.instances(items[1]["id"])[0]["data"]["body"]["trace_chain"]
    assert [each["exception"]["class"] for each in chain] == ["Error", "TypeError"]
    assert api.instances(items[3]["id"])[0]["data"]["person"]["id"] in (17, "17")
    route = api.instances(items[4]["id"])[0]["data"]
    assert route["request"]["headers"]["traceparent"].startswith("00-" + TRACE)
    assert api.ask("/versions/1.4.0?environment=node-test")["item_stats"]["new"]["error"] == 2


PAGE = """<!doctype html><title>shop</title><script>
var _rollbarConfig = {accessToken: "%s", endpoint: "%s/api/1/item/", captureUncaught: true, defaultTransport: "%s",
                      payload: {environment: "browser-test", client: {javascript: {code_version: "9"}}}};
</script><script src="rollbar.umd.min.js"></script><script>
Rollbar.info("page opened", {section: "ü"}, function (error, answer) {
  document.title = error ? String(error) : answer.uuid;
});
function addToCart() { return nowhere.cart; }
</script><script>addToCart();</script>"""


@pytest.mark.parametrize("transport", ["xhr", "fetch"])
def test_browser(api, tmp_path, transport):
    """The script that pages load, in a browser, from a page of another origin."""
    bundle = HERE / "node" / "node_modules" / "rollbar" / "dist" / "rollbar.umd.min.js"
    (tmp_path / bundle.name).write_bytes(bundle.read_bytes())
    (tmp_path / "index.html").write_text(PAGE % (api.token, api.server.url, transport))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        console = tmp_path / "console"
        browser = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
             "--enable-logging=stderr", "--remote-debugging-port=0",
             f"http://127.0.0.1:{pages.server_port}/index.html"],
            stdout=subprocess.DEVNULL, stderr=console.open("w"))
        try:
            for _ in range(30):
                if len(api.items()) >= 2:
                    break
                time.sleep(0.5)
        finally:
            browser.terminate()
            browser.wait()
            pages.shutdown()
    said = console.read_text()
    assert "nowhere is not defined" in said
    assert "unsafe header" not in said
    items = {item["title"]: item for item in api.items()}
    assert len(items) == 2 and "page opened" in items, items
    error = next(item for title, item in items.items() if title != "page opened")
    assert error["title"] == "Uncaught ReferenceError: nowhere is not defined" and error["level"] == "error"
    assert (error["platform"], error["framework"]) == ("browser", "browser-js")
    data = api.instances(error["id"])[0]["data"]
    assert data["body"]["trace"]["frames"][-1]["method"] == "addToCart"
    assert data["request"]["user_ip"] == "127.0.0.1"


def test_life_of_an_item(api):
    run_python(api, "blocking", "rollbar.report_message('it broke', 'error')\n")
    item = api.wait_for_items(1)[0]
    by_counter = api.ask(f"/item_by_counter/{item['counter']}")  # through the redirect
    assert by_counter["id"] == item["id"] == api.ask(f"/item/{item['id']}")["id"]
    path = f"/item/{item['id']}"
    assert api.ask(path, "PATCH", {"status": "resolved", "resolved_in_version": "2.0.1"})["status"] == "resolved"
    assert api.items("?status=active") == []
    run_python(api, "blocking", "rollbar.SETTINGS['code_version'] = '2.0.0'\nrollbar.report_message('it broke')\n")
    assert api.ask(path)["status"] == "resolved"
    run_python(api, "blocking", "rollbar.report_message('it broke')\n")
    assert api.ask(path)["status"] == "active"
    assert api.ask(path, "PATCH", {"status": "muted"})["status"] == "muted"
    run_python(api, "blocking", "rollbar.report_message('it broke')\n")
    shown = api.ask(path)
    assert (shown["status"], shown["counter"]) == ("muted", item["counter"])
    assert api.ask(path, "PATCH", {"status": "active", "level": "critical"}) == {"status": "active",
                                                                                 "level": "critical"}
    run_python(api, "blocking", "rollbar.report_message('it broke', 'info')\n")
    assert api.ask(path)["level"] == "critical"
    assert len(api.instances(item["id"])) == 5
    status, answer = api.call("PATCH", path, {"status": "gone"})
    assert status in (400, 422) and answer["err"] == 1


def test_deploys_and_versions(api):
    sent = {"environment": "production", "revision": "2.0.1", "status": "started", "local_username": "ann"}
    status, answer = api.call("POST", "/deploy/", sent)
    assert status == 200
    deploy = answer["data"]["deploy_id"]
    assert api.ask(f"/deploy/{deploy}", "PATCH", {"status": "succeeded"})["status"] == "succeeded"
    assert api.call("PATCH", f"/deploy/{deploy}", {"status": "failed"})[0] == 409
    assert [d["revision"] for d in api.ask("/deploys")["deploys"]] == ["2.0.1"]
    run_python(api, "blocking", "rollbar.report_message('new here')\n")
    version = api.ask("/versions/2.0.1?environment=production")
    assert version["item_stats"]["new"]["error"] == 1 and version["deployed_by"] == "ann"


def test_tokens_keep_their_scopes(api):
    project = api.ask("/projects", "POST", {"name": "Shop" + uuid.uuid4().hex[:8]})["id"]
    made = {scope: Api(api.server, api.ask(f"/project/{project}/access_tokens", "POST",
                                           {"name": scope, "scopes": [scope]})["access_token"])
            for scope in ("post_server_item", "post_client_item", "read", "write")}
    run_python(made["post_server_item"], "blocking", "rollbar.report_message('by the server')\n")
    assert [i["title"] for i in made["read"].items()] == ["by the server"]
    for name in ("post_server_item", "post_client_item"):
        assert made[name].call("GET", "/items")[0] == 403
    item = made["read"].items()[0]["id"]
    assert made["read"].call("PATCH", f"/item/{item}", {"status": "resolved"})[0] == 403
    assert made["write"].ask(f"/item/{item}", "PATCH", {"status": "resolved"})["status"] == "resolved"
    sent = {"data": {"environment": "e", "platform": "browser", "body": {"message": {"body": "x"}}}}
    assert made["post_server_item"].call("POST", "/item/", sent) == (
        403, {"err": 1, "message": "insufficient privileges: post_client_item scope is required but the access token "
                                   "only has post_server_item."})
    assert made["post_client_item"].call("POST", "/item/", sent)[0] == 200


def test_everything_survives_a_restart(tmp_path):
    with Server(tmp_path) as first:
        api = Api(first)
        run_python(api, "blocking", REPORTS)
        api.call("POST", "/deploy", {"environment": "production", "revision": "2.0.1"})
        resolved = api.items()[1]["id"]
        api.ask(f"/item/{resolved}", "PATCH", {"status": "resolved"})
        before = api.items(), api.instances(), api.ask("/deploys"), api.ask("/environments")
        first.kill()
    with Server(tmp_path) as second:
        api = Api(second, api.token)
        assert (api.items(), api.instances(), api.ask("/deploys"), api.ask("/environments")) == before
        run_python(api, "blocking", REPORTS)
        items = api.items()
        assert [(i["title"], i["status"], i["total_occurrences"]) for i in items] == [
            ("ValueError: bad 12", "active", 4), ("RuntimeError: outer", "active", 1),
            ("shelf 17 is empty", "active", 2)]
