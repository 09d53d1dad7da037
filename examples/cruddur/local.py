"""Runs the back end on this machine, without Docker: the variables that docker-compose.yml gives it, and its end."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv" / "bin"
ROLLBAR_TOKEN = "c2d0e1a5b7f84c3f9a6e5d4c3b2a1908"  # any will do: a token that nobody made opens a project of its own
END_SECONDS = 40


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    """Whether anybody does. Without a request: the test counts them."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def aws_environment(http):
    """What AWS's own clients need. `http`: HOST:PORT of the server's HTTP port."""
    return {"AWS_ENDPOINT_URL": f"http://{http}", "AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "any", "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true"}


def environment(http, xray, port, front_end="http://localhost:3000"):
    """All that is said to the application: where it sends. `http`, `xray`: HOST:PORT of the server."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "OTEL_", "ROLLBAR_", "FLASK_"))}
    return kept | aws_environment(http) | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{http}",
        "OTEL_EXPORTER_OTLP_HEADERS": "x-honeycomb-team=any",
        "AWS_XRAY_URL": "*4567-.*",
        "AWS_XRAY_DAEMON_ADDRESS": xray,
        "ROLLBAR_ACCESS_TOKEN": ROLLBAR_TOKEN,
        "ROLLBAR_ENDPOINT": f"http://{http}/api/1/",
        "FRONTEND_URL": front_end,
        "BACKEND_URL": f"http://127.0.0.1:{port}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


# Shells start what they put in the background with SIGINT ignored, and children inherit that.
HEEDS_CTRL_C = ["env", "--default-signal=INT"]


class BackEnd:
    """The Flask application as a process; `url` once it is started. `log`: a file that takes what it prints."""

    service = "backend-flask"
    folder = HERE / "backend-flask"
    logs_are_sent = "once a minute, by watchtower"

    def command(self):
        return [VENV / "python", "-m", "flask", "run", "--host=127.0.0.1", f"--port={self.port}"]

    def __init__(self, http, xray, log, port=None, **more):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = environment(http, xray, self.port, **more) | {"OTEL_SERVICE_NAME": self.service}
        self.log = log
        self.process = None

    def start(self, seconds=60):
        if listens(self.port):
            raise RuntimeError(f"port {self.port} is taken by something else")
        self.process = subprocess.Popen(HEEDS_CTRL_C + self.command(), cwd=self.folder, env=self.environment,
                                        stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)
        end = time.monotonic() + seconds
        while not listens(self.port):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"the back end did not start; see {getattr(self.log, 'name', 'its log')}")
            time.sleep(0.1)
        return self

    def stop(self):
        """As Ctrl+C does: the SDKs send what they still hold, watchtower up to a minute of log events."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class FrontEnd:
    """React's page, served by Vite as `npm start` does; its modules are made when a browser asks for them."""

    folder = HERE / "frontend-react-js"

    def __init__(self, http, back_end, log, port):
        self.port = port
        self.url = f"http://localhost:{port}"
        self.log = log
        self.environment = os.environ | {
            "REACT_APP_BACKEND_URL": back_end,
            "REACT_APP_OTLP_ENDPOINT": f"http://{http}",
            "REACT_APP_ROLLBAR_ENDPOINT": f"http://{http}/api/1/",
            "REACT_APP_ROLLBAR_ACCESS_TOKEN": ROLLBAR_TOKEN,
        }
        self.process = None

    def start(self):
        vite = self.folder / "node_modules" / "vite" / "bin" / "vite.js"
        self.process = subprocess.Popen(["node", vite, "--port", str(self.port), "--clearScreen", "false"],
                                        stdout=self.log, stderr=self.log, cwd=self.folder, env=self.environment,
                                        start_new_session=True)
        return self

    def stop(self):
        self.process.terminate()
        self.process.wait()
