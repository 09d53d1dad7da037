"""Clients of a measured server: one connection, several that share prepared bodies, and what those cost the server."""

import http.client
import json
import threading
import time


class Client:
    """One connection that posts. Any answer but 200 is an error of the measurement."""

    def __init__(self, server, headers=None, path="/"):
        self.connection = http.client.HTTPConnection(server.address, timeout=120)
        self.headers = {"Content-Type": "application/json"} | (headers or {})
        self.path = path

    def ask(self, body, path=None):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request("POST", path or self.path, text, self.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def post(self, body, path=None):
        status, text = self.ask(body, path)
        assert status == 200, (path or self.path, status, text[:500])
        return json.loads(text or b"{}")


def send(make_client, bodies, connections, check=None):
    """Posts prepared bodies over several connections at once; `check` sees every answer. Seconds."""

    def work(mine):
        client = make_client()
        for body in mine:
            answer = client.post(body)
            if check:
                check(answer)

    threads = [threading.Thread(target=work, args=(bodies[n::connections],)) for n in range(connections)]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - begin


def measured(server, count, work):
    """What `work`, which gives its seconds, costs for each of `count` records."""
    before = server.cpu_seconds()
    seconds = work()
    sent = server.cpu_seconds() - before
    server.wait_until_idle()
    return {"per_second": count / seconds, "cpu_us_until_sent": sent / count * 1e6,
            "cpu_us": (server.cpu_seconds() - before) / count * 1e6}
