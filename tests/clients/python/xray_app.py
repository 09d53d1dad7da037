"""A small Flask service instrumented as the X-Ray SDK says. Only AWS_XRAY_* variables say where its segments go.

    xray_app.py NAME REQUESTS     requests of each path; prints as JSON what it has done
"""

import json
import sys
import time

from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.ext.flask.middleware import XRayMiddleware
from flask import Flask

NAME, REQUESTS = sys.argv[1], int(sys.argv[2])

app = Flask(__name__)
xray_recorder.configure(service=NAME)
XRayMiddleware(app, xray_recorder)


@app.get("/<path>/<int:number>")
def shop(path, number):
    if path != "all":
        return "ok"
    with xray_recorder.in_subsegment("work") as work:
        work.put_annotation("number", number)
        work.put_metadata("basket", {"socks": [1, 2]}, "shop")
        with xray_recorder.in_subsegment("inventory.example.com", namespace="remote"):
            time.sleep(0.001)
        if number == 3:
            raise RuntimeError("no socks")
        # More subsegments than a segment keeps: they are sent on their own, before their segment.
        for each in range(40 if number == 5 else 0):
            with xray_recorder.in_subsegment(f"step {each}"):
                pass
    return ("unknown", 404) if number == 4 else "ok"


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            sys.exit(f"waited {seconds} s in vain")
        time.sleep(0.05)


xray_recorder.sampler.start()
wait_for(lambda: len(xray_recorder.sampler._cache.rules) > 1)
client = app.test_client()
begin = time.time()
for number in range(REQUESTS):
    for path in ("all", "none", "once"):
        client.get(f"/{path}/{number}", headers={"User-Agent": "shop-test"})
seconds = time.time() - begin
# The poller reports by itself ten seconds after the start, and again ten seconds later.
matched = next(rule for rule in xray_recorder.sampler._cache.rules if rule.name.endswith("-once"))
wait_for(lambda: matched.reservoir.quota is not None, 25)
print(json.dumps({"seconds": seconds, "quota": matched.reservoir.quota,
                  "rules": [rule.name for rule in xray_recorder.sampler._cache.rules]}))
