"""Cruddur's back end: short messages that pass away. Each block of instrumentation is named after its vendor."""

import os

from flask import Flask, request
from flask_cors import CORS
from services import activities, messages
from services.errors import NotFound, Refused

# HoneyComb ---------
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

# X-RAY ----------
from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.ext.flask.middleware import XRayMiddleware

# CloudWatch Logs ----
import watchtower
import logging
from time import strftime

# Rollbar ------
import rollbar
import rollbar.contrib.flask
from flask import got_request_exception

# Configuring Logger to Use CloudWatch
LOGGER = logging.getLogger(__name__)
LOGGER.setLevel(logging.DEBUG)
console_handler = logging.StreamHandler()
cw_handler = watchtower.CloudWatchLogHandler(log_group='cruddur')
LOGGER.addHandler(console_handler)
LOGGER.addHandler(cw_handler)
LOGGER.info("some message")

# HoneyComb ---------
# Initialize tracing and an exporter that can send data to Honeycomb
provider = TracerProvider()
processor = BatchSpanProcessor(OTLPSpanExporter())
provider.add_span_processor(processor)
trace.set_tracer_provider(provider)
tracer = trace.get_tracer(__name__)

app = Flask(__name__)

# HoneyComb ---------
# Initialize automatic instrumentation with Flask
FlaskInstrumentor().instrument_app(app)
RequestsInstrumentor().instrument()

# X-RAY ----------
xray_url = os.getenv("AWS_XRAY_URL")
xray_recorder.configure(service='backend-flask', dynamic_naming=xray_url)
XRayMiddleware(app, xray_recorder)

# Rollbar ------
# Flask 2.3 took `before_first_request` away, in which this used to be: it is done once, here, at the start.
with app.app_context():
    rollbar.init(
        os.getenv('ROLLBAR_ACCESS_TOKEN'),
        'production',
        # where the application lies, so that its own frames are told from those of packages
        root=os.path.dirname(os.path.realpath(__file__)),
        # Flask has set logging up already
        allow_logging_basic_config=False,
        # pyrollbar reads no variable for it
        endpoint=os.getenv('ROLLBAR_ENDPOINT', rollbar.DEFAULT_ENDPOINT),
    )
    # send exceptions from `app` to rollbar, using flask's signal system.
    got_request_exception.connect(rollbar.contrib.flask.report_exception, app)

# The page of the front end is of another origin: it may call, and send the ids of its trace.
CORS(
    app,
    resources={r"/api/*": {"origins": [os.getenv('FRONTEND_URL'), os.getenv('BACKEND_URL')]}},
    expose_headers=["location", "link"],
    allow_headers=["content-type", "if-modified-since", "traceparent", "x-amzn-trace-id"],
    methods=["OPTIONS", "GET", "HEAD", "POST"],
)


@app.after_request
def after_request(response):
    timestamp = strftime('[%Y-%b-%d %H:%M]')
    LOGGER.error('%s %s %s %s %s %s', timestamp, request.remote_addr, request.method, request.scheme, request.full_path, response.status)
    return response


@app.errorhandler(Refused)
def refused(error):
    return {'errors': error.reasons}, 422


@app.errorhandler(NotFound)
def not_found(error):
    return {'errors': [str(error)]}, 404


@app.route('/api/health-check')
def health_check():
    return {'success': True}, 200


@app.route('/rollbar/test')
def rollbar_test():
    rollbar.report_message('Hello World!', 'warning')
    return "Hello World!"


@app.route("/api/activities/home", methods=['GET'])
def data_home():
    return activities.home(), 200


@app.route("/api/activities/notifications", methods=['GET'])
def data_notifications():
    return activities.notifications(), 200


@app.route("/api/activities/search", methods=['GET'])
def data_search():
    return activities.search(request.args.get('term', '')), 200


@app.route("/api/activities/@<string:handle>", methods=['GET'])
def data_handle(handle):
    return activities.of_user(handle), 200


@app.route("/api/activities/<string:activity_uuid>", methods=['GET'])
def data_show_activity(activity_uuid):
    return activities.show(activity_uuid), 200


@app.route("/api/activities", methods=['POST'])
def data_activities():
    sent = request.get_json()
    return activities.create(sent.get('handle', 'andrewbrown'), sent.get('message', ''), sent.get('ttl', '')), 200


@app.route("/api/activities/<string:activity_uuid>/reply", methods=['POST'])
def data_activities_reply(activity_uuid):
    sent = request.get_json()
    return activities.reply(activity_uuid, sent.get('handle', 'andrewbrown'), sent.get('message', '')), 200


@app.route("/api/message_groups", methods=['GET'])
def data_message_groups():
    return messages.groups(), 200


@app.route("/api/messages/@<string:handle>", methods=['GET'])
def data_messages(handle):
    return messages.with_user(handle), 200


@app.route("/api/messages", methods=['POST'])
def data_create_message():
    sent = request.get_json()
    return messages.create(sent.get('user_receiver_handle', ''), sent.get('message', '')), 200


if __name__ == "__main__":
    app.run(debug=True)
