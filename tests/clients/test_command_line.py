"""The command line is a contract that others script against."""

import signal
import socket
import subprocess
import urllib.request

import honeycomb
import pytest
from honeycomb import equal
from server import BINARY, Server, clean_environment


def run(*arguments, env=None, timeout=20):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=timeout,
                          env=clean_environment(**(env or {})))


def fails_with_one_line(done, *words):
    """Non-zero, nothing on standard output, and one line that names each of the words."""
    assert done.returncode != 0
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if line.startswith("tetrascope: ")]
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0], lines[0]


def taken_port():
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    return listening, listening.getsockname()[1]


def test_help_and_version():
    for arguments in (["--help"], ["serve", "--help"]):
        done = run(*arguments)
        assert done.returncode == 0
        assert "serve" in done.stdout
    for flag in ("--data-dir", "--http", "--grpc", "--xray", "--config", "--max-memory"):
        assert flag in run("serve", "--help").stdout
    version = run("version")
    assert version.returncode == 0
    assert version.stdout.startswith("tetrascope ")


def test_ready_line_and_health(tmp_path):
    data = tmp_path / "not" / "yet" / "there"
    with Server(data) as server:
        assert data.is_dir()
        assert all(int(each.rpartition(":")[2]) > 0 for each in (server.http, server.grpc))
        with urllib.request.urlopen(server.url + "/healthz") as answer:
            assert answer.status == 200
        assert server.stop()[0] == 0
        assert len(server.stdout_lines) == 1, "standard output holds the ready line alone"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stops_within_8_seconds(tmp_path, how):
    with Server(tmp_path) as server:
        # A client that keeps its connection and one that never finishes its request must not hold it up.
        idle = socket.create_connection(server.http_address())
        half = socket.create_connection(server.http_address())
        half.sendall(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n123")
        code, seconds = server.stop(how)
        idle.close()
        half.close()
    assert code == 0
    assert seconds < 8


def test_what_was_acknowledged_is_there_after_a_stop(tmp_path):
    for stops in range(5):  # while the engine is still being fed, or not
        with Server(tmp_path) as server:
            if stops:
                assert honeycomb.count(server.url, {"column": "n", "op": "exists"}, dataset="kept") == 50 * stops
            honeycomb.call(server.url, "POST", "/1/batch/kept", [{"data": {"n": n}} for n in range(50)])
            assert server.stop()[0] == 0


def test_default_data_directory_is_in_the_state_folder(tmp_path):
    server = Server(tmp_path, env={"XDG_STATE_HOME": str(tmp_path / "state")})
    server.command = [part for part in server.command if part not in ("--data-dir", str(tmp_path))]
    with server:
        assert (tmp_path / "state" / "tetrascope").is_dir()


def test_flags_over_variables_over_file_over_defaults(tmp_path):
    file = tmp_path / "tetrascope.toml"
    own_port = '"127.0.0.1:0"'
    file.write_text(f'data-dir = "{tmp_path}/from-file"\nhttp = "127.0.0.1:1"\ngrpc = {own_port}\nxray = {own_port}\n')
    server = Server(tmp_path, env={"TETRASCOPE_HTTP": "127.0.0.1:1"}, listen=False)
    # The port comes from the flag, the data directory from the variable, gRPC's port from the file.
    server.command = [BINARY, "serve", "--config", str(file), "--http", "127.0.0.1:0"]
    server.env["TETRASCOPE_DATA_DIR"] = str(tmp_path / "from-variable")
    with server:
        assert (tmp_path / "from-variable").is_dir()
        assert not (tmp_path / "from-file").exists()
        assert server.http != "127.0.0.1:1"
        assert not server.grpc.endswith(":4317")


def test_bad_flags_and_files(tmp_path):
    data = ["--data-dir", str(tmp_path / "data")]
    fails_with_one_line(run("serve", *data, "--htpp", "127.0.0.1:0"), "--htpp")
    fails_with_one_line(run("serve", *data, "--http", "nowhere"), "http", "nowhere")
    fails_with_one_line(run("serve", *data, "--http", "127.0.0.1:99999"), "99999")
    fails_with_one_line(run("serve", *data, "--max-memory", "much"), "much")
    fails_with_one_line(run("serve", *data, "--config", str(tmp_path / "absent.toml")), "absent.toml")
    file = tmp_path / "bad.toml"
    file.write_text('htpp = "127.0.0.1:0"\n')
    fails_with_one_line(run("serve", *data, "--config", str(file)), "htpp", "bad.toml")
    file.write_text("http = \n")
    fails_with_one_line(run("serve", *data, "--config", str(file)), "bad.toml", "line 1")
    fails_with_one_line(run("serve", *data, env={"TETRASCOPE_HTTP": "nonsense"}), "nonsense")
    fails_with_one_line(run("sreve"), "sreve")


@pytest.mark.parametrize("flag", ["--http", "--grpc", "--xray"])
def test_taken_port(tmp_path, flag):
    listening, port = taken_port()
    others = {"--http": "127.0.0.1:0", "--grpc": "127.0.0.1:0", "--xray": "127.0.0.1:0", flag: f"127.0.0.1:{port}"}
    flags = [part for pair in others.items() for part in pair]
    with listening:
        fails_with_one_line(run("serve", "--data-dir", str(tmp_path), *flags), str(port))


def test_data_directory_in_use(tmp_path):
    with Server(tmp_path):
        second = Server(tmp_path)
        done = subprocess.run(second.command, capture_output=True, text=True, timeout=20, env=second.env)
        fails_with_one_line(done, str(tmp_path))


def test_data_directory_that_is_a_file(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    server = Server(file)
    done = subprocess.run(server.command, capture_output=True, text=True, timeout=20, env=server.env)
    fails_with_one_line(done, str(file))


def test_unwritable_data_directory():
    """/proc is a folder in which nobody, not even root, may make one."""
    server = Server("/proc/tetrascope")
    done = subprocess.run(server.command, capture_output=True, text=True, timeout=20, env=server.env)
    fails_with_one_line(done, "/proc/tetrascope")


def test_a_lock_left_by_a_killed_process_is_none(tmp_path):
    with Server(tmp_path) as server:
        honeycomb.call(server.url, "POST", "/1/batch/kept", [{"data": {"n": 1}}])
        server.kill()
    with Server(tmp_path) as server:
        assert honeycomb.count(server.url, equal("n", 1), dataset="kept") == 1


def test_memory_stays_below_the_bound_when_idle(tmp_path):
    with Server(tmp_path) as server:
        assert server.memory_bytes() < 400 << 20


def test_runs_from_another_folder_and_by_a_link(tmp_path):
    """The engine library is found relative to the program itself."""
    link = tmp_path / "tetrascope-link"
    link.symlink_to(BINARY)
    server = Server(tmp_path / "data")
    server.command[0] = link
    with server:
        assert server.http
