"""A PostgreSQL of its own for the back end: a new cluster in a temporary folder, on a free port, with schema and people
loaded; nothing of a cluster that the machine may run is touched, and nothing stays behind."""

import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATABASE = USER = "cruddur"
START_SECONDS = 60


def _programs():
    """The folder of PostgreSQL's server programs, which Debian keeps out of PATH; None when it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def missing():
    """Why there can be no PostgreSQL here, in words; empty when there can."""
    if _programs() is None or shutil.which("psql") is None:
        return "PostgreSQL is not installed (Debian's package `postgresql`)"
    return ""


class Postgres:
    """`url` once it is started: what DATABASE_URL is to be."""

    def __init__(self, port):
        self.port = port
        self.password = secrets.token_hex(16)
        self.url = f"postgresql://{USER}:{self.password}@127.0.0.1:{port}/{DATABASE}"
        self.folder = None

    def _as_its_user(self, *command):
        """PostgreSQL does not run as root; Debian's package brings a user for it."""
        if os.geteuid() == 0:
            command = ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, cwd=self.folder, env=self._environment(), check=False)
        if done.returncode != 0:
            raise RuntimeError(f"PostgreSQL: {' '.join(map(str, command))}: {done.stdout}{self.logged()}")

    def _environment(self):
        """Without PG*: those are about another server."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return kept | {"PGPASSWORD": self.password, "LC_ALL": "C.UTF-8"}

    def _control(self, what, *more):
        self._as_its_user(_programs() / "pg_ctl", what, "-D", self.folder / "data", "-w", "-s", "-t",
                          str(START_SECONDS), *more)

    def _load(self, file, database=DATABASE):
        self._as_its_user("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER,
                          "-d", database, *file)

    def create(self):
        """A new cluster; starts it and loads schema and seed. RuntimeError with what PostgreSQL said."""
        if missing():
            raise RuntimeError(missing())
        try:
            return self._create()
        except BaseException:
            self.remove()
            raise

    def _create(self):
        self.folder = Path(tempfile.mkdtemp(prefix="cruddur-postgres-"))
        password = self.folder / "password"
        password.touch(0o600)
        password.write_text(self.password)
        texts = [self.folder / name for name in ("schema.sql", "seed.sql")]
        for text in texts:  # that user may not be able to read where they are
            text.write_bytes((HERE / "db" / text.name).read_bytes())
        if os.geteuid() == 0:
            for path in (self.folder, password, *texts):
                shutil.chown(path, "postgres", "postgres")
        self._as_its_user(_programs() / "initdb", "-D", self.folder / "data", "-U", USER, "--auth=scram-sha-256",
                          f"--pwfile={password}", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()
        self._load(("-c", f"CREATE DATABASE {DATABASE}"), database="postgres")
        for text in texts:
            self._load(("-f", text))
        return self

    def start(self):
        # Of throwaway data nothing has to survive a power cut.
        flags = (f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
                 " -c shared_buffers=16MB -c jit=off")
        self._control("start", "-l", self.folder / "log", "-o", flags)

    def stop(self):
        self._control("stop", "-m", "immediate")

    def logged(self):
        log = self.folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def remove(self):
        if self.folder is None:
            return
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder)
        self.folder = None

    def __enter__(self):
        return self.create()

    def __exit__(self, *_):
        self.remove()
