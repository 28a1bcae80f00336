"""Replay of other writers' summaries: what check-and-repair leaves of their faults, and what it costs of the good.

    python -m benchmarks.replay FILE.jsonl[.gz] [--most ROWS]

Each line is an object with `article` and `summary` (or `claim`), and, where somebody has judged it, `supported`. A
summary is a draft's What happened: every sentence is checked, replaced from the article or dropped as in the pipeline.
In a faulty summary of one sentence the fault is that sentence; of several it is one of them at least, so that such a
summary counts as still faulty only where none of its sentences was withheld.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nutgraf.domain.brief import Draft, DraftSentence, Outcome
from nutgraf.domain.evidence import Verdict
from nutgraf.stages.check import check_draft
from nutgraf.stages.extract import article_from_text
from nutgraf.text.sentences import split_sentences


def main() -> None:
    """Replay the file named on the command line and print a table for each `set` in it."""
    parser = argparse.ArgumentParser(description="Replay summaries through check and repair.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--most", type=int, default=0, help="rows at most of each set (0: all)")
    options = parser.parse_args()
    counts: dict[str, Counter[str]] = {}
    begun = time.process_time()
    for row in _rows(options.file):
        of_set = counts.setdefault(str(row.get("set", options.file.stem)), Counter())
        if options.most and of_set["rows"] >= options.most:
            continue
        of_set.update(replay_row(row))
    print_counts(counts)
    print(f"\n{time.process_time() - begun:.0f} s of processor time")


def replay_row(row: dict[str, Any]) -> Counter[str]:
    """The counts of one row."""
    summary = _plain_marks(str(row.get("summary", row.get("claim", ""))))
    texts = [summary[start:end] for start, end in split_sentences(summary)]
    article = article_from_text(_plain_marks(str(row["article"])), title=str(row.get("title", "")))
    draft = Draft(None, tuple(map(DraftSentence, texts)), (), (), "replay")
    checked = check_draft(draft, article)
    outcomes = Counter(withheld.outcome for withheld in checked.withheld)
    standing = {sentence.text: sentence.finding.verdict for sentence in checked.what_happened}
    verdicts = Counter(standing.get(text) for text in texts)
    counts = Counter(rows=1, sentences=len(texts))
    kind = {True: "good", False: "faulty", None: "unjudged"}[row.get("supported")]
    if kind == "faulty" and len(texts) > 1:
        counts["faulty summaries"] += 1
        counts["faulty summaries unchanged"] += not checked.withheld
        counts["faulty summaries unchanged, none marked"] += verdicts[Verdict.SUPPORTED] == len(texts)
        return counts
    counts[f"{kind} sentences"] += len(texts)
    counts[f"{kind} supported"] += verdicts[Verdict.SUPPORTED]
    counts[f"{kind} weak"] += verdicts[Verdict.WEAK]
    counts[f"{kind} repaired"] += outcomes[Outcome.REPAIRED]
    counts[f"{kind} dropped"] += outcomes[Outcome.DROPPED]
    return counts


def print_counts(counts: dict[str, Counter[str]]) -> None:
    """One line for each set, and one for all together."""
    counts = {**counts, "all": sum(counts.values(), Counter())}
    print(
        "| set | rows | faulty sentences | stayed (unmarked) | repaired | dropped | faulty summaries | whole (unmarked)"
    )
    print("| --- " * 8 + "|")
    for name, of in counts.items():
        stayed = of["faulty supported"] + of["faulty weak"]
        whole = f"{of['faulty summaries unchanged']} ({of['faulty summaries unchanged, none marked']})"
        print(
            f"| {name} | {of['rows']} | {of['faulty sentences']} | {stayed} ({of['faulty supported']}) "
            f"| {of['faulty repaired']} | {of['faulty dropped']} | {of['faulty summaries']} | {whole} |"
        )
    for kind in ("good", "unjudged"):
        if not counts["all"][f"{kind} sentences"]:
            continue
        print(f"\n| set | {kind} sentences | supported | weak | lost: repaired | lost: dropped | lost |")
        print("| --- " * 7 + "|")
        for name, of in counts.items():
            total = of[f"{kind} sentences"]
            if not total:
                continue
            lost = of[f"{kind} repaired"] + of[f"{kind} dropped"]
            print(
                f"| {name} | {total} | {of[f'{kind} supported']} | {of[f'{kind} weak']} "
                f"| {of[f'{kind} repaired']} | {of[f'{kind} dropped']} | {lost / total:.3f} |"
            )


def _plain_marks(text: str) -> str:
    """Marks of tokenised corpora as people write them: there they are no mark-up."""
    return text.replace("``", "“").replace("\\'", "'").replace("''", "”").replace("`", "‘")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                row = json.loads(line)
                if "article" not in row or not ("summary" in row or "claim" in row):
                    raise SystemExit(f"line {number}: an object with article and summary is needed")
                yield row


if __name__ == "__main__":
    main()
