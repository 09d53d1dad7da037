#!/usr/bin/env python3
"""Asks a server that holds generated data, and says how long each answer took.

    build/bench/bench/send --to HOST:PORT build/bench-data/traces.bodies > sent.json
    bench/ask.py --to HOST:PORT --sent sent.json                  prints a table; --json prints the figures

Nothing is restarted here, so there are no cold figures; bench/measure.py, which has a server of its own, has them.
"""

import argparse
import json
import pathlib
import time

from meter import ProcessTree
from questions import LOGS, SPANS, Load, Question, Session, find_users


def timed(question: Question, session: Session, load: Load, turn: int) -> float:
    begin = time.perf_counter()
    question.ask(session, load, turn)
    return (time.perf_counter() - begin) * 1000


def at(sorted_values: list[float], share: float) -> float:
    return sorted_values[round(share * (len(sorted_values) - 1))]


def ask_warm(question: Question, session: Session, load: Load, tree: ProcessTree | None = None,
             seconds: float = 15) -> dict:
    """Each time another id or range, so that caches of data are warm and caches of answers do not help. With the
    server's processes, what an answer cost them, which other work on the machine disturbs less than the time."""
    taken = []
    cpu = tree.cpu_seconds() if tree else 0
    end = time.monotonic() + seconds
    for turn in range(question.most):
        taken.append(timed(question, session, load, turn))
        if time.monotonic() > end:
            break
    ordered = sorted(taken)
    figures = {"asked": len(taken), "first_ms": taken[0], "p50_ms": at(ordered, 0.5), "p99_ms": at(ordered, 0.99),
               "max_ms": ordered[-1]}
    if tree:
        figures["cpu_ms"] = (tree.cpu_seconds() - cpu) / len(taken) * 1000
    return figures


def answer_or_reason(ask) -> dict:
    """A question that fails is a line of the table, not the end of the run."""
    try:
        return ask()
    except (AssertionError, OSError, ValueError, KeyError, IndexError) as error:
        return {"failed": f"{type(error).__name__}: {error}"[:300]}


def table(questions: list[Question], figures: dict) -> str:
    def shown(value):
        return "–" if value is None else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"

    lines = ["| question | cold ms | p50 ms | p99 ms | CPU ms | p50 ms under load | goal at 10 M | reference |",
             "|---|---|---|---|---|---|---|---|"]
    for question in questions:
        row = figures.get(question.name, {})
        if "failed" in row:
            lines.append(f"| {question.name} | failed: {row['failed'].replace('|', '/')} | | | | | | |")
            continue
        cells = [shown(row.get(name)) for name in ("cold_ms", "p50_ms", "p99_ms", "cpu_ms", "under_load_p50_ms")]
        lines.append(f"| {question.name} | {' | '.join(cells)} | {shown(question.goal)} | {question.reference} |")
    return "\n".join(lines)


def load_of(sent: dict) -> tuple[Load, list[Question]]:
    load = Load(sent["acknowledged"], sent["begin"], sent["end"], sent["samples"])
    return load, SPANS if sent["records"] == "spans" else LOGS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", required=True, help="HOST:PORT")
    parser.add_argument("--sent", type=pathlib.Path, required=True, help="what send printed")
    parser.add_argument("--pid", type=int, help="the server's, to know what answers cost it")
    parser.add_argument("--only", help="questions with this in their name")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    load, questions = load_of(json.loads(options.sent.read_text()))
    session = Session(options.to)
    if questions is SPANS:
        find_users(session, load)
    questions = [each for each in questions if not options.only or options.only in each.name]
    tree = ProcessTree(options.pid) if options.pid else None
    figures = {each.name: answer_or_reason(lambda each=each: ask_warm(each, session, load, tree))
               for each in questions}
    print(json.dumps(figures, indent=2) if options.json else table(questions, figures))


if __name__ == "__main__":
    main()
