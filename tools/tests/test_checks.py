"""The checks themselves: each rule has a file that keeps it and one that breaks it."""

import subprocess
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parent.parent


def run(tool, files):
    """The tool's lines over a tree of these files."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        done = subprocess.run([TOOLS / tool, folder], capture_output=True, text=True, check=False)
        lines = done.stdout.splitlines()
        assert done.returncode == (1 if lines else 0), done.stderr
        return lines


class Includes(unittest.TestCase):
    KEPT = {
        "a room below": ("src/query/run.cc", '#include "storage/storage.h"\n'),
        "two rooms below": ("src/slices/otlp/decode.cc", '#include "model/span_columns.h"\n'),
        "its own room": ("src/slices/otlp/decode.cc", '#include "slices/otlp/wire.h"\n'),
        "the slice contract": ("src/slices/otlp/slice.cc", '#include "slices/slice.h"\n'),
        "Boost in net": ("src/net/http_server.cc", "#include <boost/beast.hpp>\n"),
        "a test plays the client": ("src/net/http_server_test.cc", "#include <sys/socket.h>\n"),
        "the engine in its room": ("src/storage/chdb/engine.cc", "auto* c = chdb_connect(1, argv);\n"),
        "SQL in the writer": ("src/query/sql_writer.cc", 'out += "SELECT ";\n'),
        "SQL in a comment": ("src/slices/otlp/decode.cc", '// not "SELECT 1"\n'),
        "main sees all": ("src/app.cc", '#include "net/http_server.h"\n#include "slices/slices.h"\n'),
        "the list of slices": ("src/slices/slices.cc", '#include "slices/otlp/slice.h"\n'),
        "a word that is no SQL": ("src/slices/otlp/decode.cc", 'fail("select a dataset");\n'),
    }
    BROKEN = {
        "upwards": ("src/base/time.cc", '#include "model/schema.h"\n'),
        "sideways": ("src/query/run.cc", '#include "ingest/batcher.h"\n'),
        "another slice": ("src/slices/otlp/decode.cc", '#include "slices/honeycomb/query.h"\n'),
        "net and storage": ("src/net/http.cc", '#include "storage/storage.h"\n'),
        "Boost in a header": ("src/net/http.h", "#include <boost/asio.hpp>\n"),
        "Boost elsewhere": ("src/ingest/batcher.cc", "#include <boost/asio.hpp>\n"),
        "gRPC elsewhere": ("src/slices/otlp/grpc.cc", "#include <grpcpp/grpcpp.h>\n"),
        "JSON in a header": ("src/model/value.h", "#include <nlohmann/json.hpp>\n"),
        "SQLite elsewhere": ("src/control/store.cc", "#include <sqlite3.h>\n"),
        "the engine elsewhere": ("src/storage/storage.cc", "chdb_query_n(c, q, n);\n"),
        "a slice opens a server": ("src/slices/otlp/x.cc", "HttpServer server(router, pool);\n"),
        "a slice opens a socket": ("src/slices/otlp/x.cc", "int s = ::socket(AF_INET, SOCK_STREAM, 0);\n"),
        "a slice includes sockets": ("src/slices/otlp/x.cc", "#include <sys/socket.h>\n"),
        "a slice writes SQL": ("src/slices/otlp/x.cc", 'auto q = "SELECT count() FROM spans";\n'),
        "a slice writes a statement": ("src/slices/otlp/x.cc", '#include "storage/statement.h"\n'),
        "a library in quotes": ("src/query/x.cc", '#include "fmt/core.h"\n'),
        "a room nobody placed": ("src/extra/x.cc", "\n"),
    }

    def test_kept(self):
        for name, (path, text) in self.KEPT.items():
            with self.subTest(name):
                self.assertEqual(run("check_includes", {path: text}), [])

    def test_broken(self):
        for name, (path, text) in self.BROKEN.items():
            with self.subTest(name):
                lines = run("check_includes", {path: "// first line\n" + text})
                self.assertEqual(len(lines), 1, lines)
                self.assertTrue(lines[0].startswith(path + ":"), lines)


class UiImports(unittest.TestCase):
    def test_kept(self):
        for path, text in {
            "ui/src/views/trace.ts": 'import { get } from "../api/client";\n',
            "ui/src/app.ts": 'import { trace } from "./views/trace";\n',
            "ui/src/base/a.ts": 'import { h } from "preact";\nimport { b } from "./b";\n',
        }.items():
            with self.subTest(path):
                self.assertEqual(run("check_ui_imports", {path: text}), [])

    def test_broken(self):
        for path, text in {
            "ui/src/base/a.ts": 'import { b } from "../model/b";\n',
            "ui/src/charts/a.ts": 'export { get } from "../api/client";\n',
            "ui/src/model/a.ts": 'const later = import("../views/trace");\n',
            "ui/src/api/a.ts": 'import "../app";\n',
            "ui/src/extra/a.ts": "\n",
        }.items():
            with self.subTest(path):
                self.assertEqual(len(run("check_ui_imports", {path: text})), 1)


class Sizes(unittest.TestCase):
    def test_lines(self):
        self.assertEqual(run("check_sizes", {"src/base/a.cc": "x\n" * 400}), [])
        self.assertEqual(len(run("check_sizes", {"src/base/a.cc": "x\n" * 401})), 1)

    def test_names(self):
        self.assertEqual(len(run("check_sizes", {"src/base/utils.h": "\n"})), 1)

    def test_what_is_not_ours_may_be_long(self):
        self.assertEqual(run("check_sizes", {"tests/captures/a.py": "x\n" * 999}), [])


if __name__ == "__main__":
    unittest.main()
