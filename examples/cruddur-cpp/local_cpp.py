"""Builds the back end and runs it on this machine, with the variables that ../cruddur/local.py gives the Flask one."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cruddur"))
import local  # noqa: E402
import local_postgres  # noqa: E402

BUILD = Path(os.environ.get("CRUDDUR_CPP_BUILD") or HERE.parent.parent / "build" / "cruddur-cpp")


def build():
    """Quick when nothing has changed. RuntimeError with what the compiler said."""
    for command in (["cmake", "-S", HERE, "-B", BUILD, "-G", "Ninja"], ["cmake", "--build", BUILD]):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"the back end cannot be built:\n{done.stdout}")


class BackEnd(local.BackEnd):
    """`postgres`: its database, which comes and goes with it."""

    service = "backend-cpp"
    folder = HERE
    logs_are_sent = "every five seconds, by the kit"

    def command(self):
        return [BUILD / "cruddur", str(self.port)]

    def start(self, seconds=60):
        self.postgres = local_postgres.Postgres(local.free_port()).create()
        self.environment["DATABASE_URL"] = self.postgres.url
        try:
            return super().start(seconds)
        except BaseException:
            self.postgres.remove()
            raise

    def stop(self):
        try:
            super().stop()
        finally:
            self.postgres.remove()
