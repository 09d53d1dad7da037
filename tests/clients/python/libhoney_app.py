"""libhoney_app.py API_HOST KEY DATASET: three events by Honeycomb's Python library; prints the status of each."""

import json
import sys

import libhoney

host, key, dataset = sys.argv[1:]
libhoney.init(writekey=key, dataset=dataset, api_host=host)
for n in (1, 2, 3):
    event = libhoney.new_event({"n": n, "text": "näme", "ok": n != 2, "nested": {"deep": [1, None]}})
    if n == 3:
        event.sample_rate = 10
        event.send_presampled()
    else:
        event.send()
responses = libhoney.responses()
libhoney.close()
statuses = []
while (response := responses.get()) is not None:
    statuses.append(response["status_code"])
json.dump({"statuses": statuses}, sys.stdout)
