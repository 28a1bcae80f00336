"""The checker against published systems on facts-dev: AUC, consistency, balanced accuracy, false alarms, speed.

    python -m benchmarks.checker [--data ../shared/data] [--sample N]

Only articles of the reporting half are shown (by a hash of their text): the coefficients in data/checker.toml were
fitted on the other half by tools/fit_checker.py. It is no untouched test set: the features, the word lists and the
weights of the sets while fitting were chosen with faults of both halves in view. One setting for all sets. A summary's
score is the product of its sentences' scores: the probability that all of them hold.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.measuring import article_text, print_machine

from nutgraf.domain.article import Article
from nutgraf.domain.evidence import Finding, Verdict
from nutgraf.stages.check import check_sentences
from nutgraf.stages.extract.assemble import article_from_text
from nutgraf.text.sentences import split_sentences

XSUM_SETS = ("cliff", "entfa", "fib-xsum", "qags-xsum", "xsum-hallucination")
PUBLISHED = {
    "bump-task1": "BARTScore .922, DAE .882, QAFactEval .870, SummaC .722",
    "bump-task2": "BARTScore .943, QAFactEval .885, CoCo .852, SummaC .786",
    "qags-cnndm": "trigram overlap .771",
    "summedits": "people .90, GPT-4 .832, QAFactEval .674, SummaC-Conv .571",
}
GOLDEN = Path(__file__).parent.parent / "tests" / "golden" / "check" / "cases.toml"
FAITHFUL_SETS = ("qags-cnndm", "qags-xsum", "cliff")
"""Sets of news whose true rows people read against the article: they make "false alarms"."""


@dataclass(frozen=True, slots=True)
class Item:
    """A row of facts-dev; `half` is 0 for fitting and 1 for reporting, by its article."""

    set_name: str
    item_id: str
    article: str
    claim: str
    is_supported: bool
    pair: str
    error_types: tuple[str, ...]
    half: int

    @property
    def sentences(self) -> list[str]:
        """The claim's sentences."""
        return [self.claim[start:end] for start, end in split_sentences(self.claim, "en")]


def load_items(path: Path) -> Iterator[Item]:
    """The items of facts-dev.jsonl.gz."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            half = hashlib.sha256(row["article"].encode()).digest()[0] % 2
            yield Item(
                row["set"], row["id"], row["article"], row["claim"], row["supported"], row.get("pair") or "",
                tuple(row.get("error_type") or ()), half,
            )  # fmt: skip


def sampled(items: Iterable[Item], most_per_set: int) -> list[Item]:
    """At most about `most_per_set` items of each set, whole articles together, chosen by a hash of the article."""
    by_set: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_set[item.set_name].append(item)
    chosen = []
    for group in by_set.values():
        group.sort(key=lambda item: hashlib.sha256(item.article.encode()).hexdigest())
        chosen.extend(group[:most_per_set])
    return chosen


def auc(labels: Sequence[bool], scores: Sequence[float]) -> float:
    """Area under the ROC curve, ties half; not a number where one class is missing."""
    values, truth = np.asarray(scores), np.asarray(labels, dtype=bool)
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    positive, negative = int(truth.sum()), int((~truth).sum())
    if not positive or not negative:
        return math.nan
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * negative))


def consistency(items: Sequence[Item], scores: Sequence[float]) -> float:
    """Share of pairs of a reference and its edit where the reference scores above, ties half (BUMP's measure)."""
    groups: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for item, score in zip(items, scores, strict=True):
        groups[item.pair][0 if item.is_supported else 1].append(score)
    wins = [
        0.5 if math.isclose(good, bad, abs_tol=1e-12) else float(good > bad)
        for goods, bads in groups.values()
        for good in goods
        for bad in bads
    ]
    return float(np.mean(wins)) if wins else math.nan


def leave_one_domain_out(domains: dict[str, tuple[list[bool], list[float]]]) -> dict[str, float]:
    """Balanced accuracy of each domain at the threshold that is best for all the others together."""
    result = {}
    for name, (labels, scores) in domains.items():
        others = [pair for other, pair in domains.items() if other != name]
        other_labels = np.array([label for labels_, _ in others for label in labels_])
        other_scores = np.array([score for _, scores_ in others for score in scores_])
        grid = np.quantile(other_scores, np.linspace(0.02, 0.98, 97))
        best = max(grid, key=lambda threshold: _balanced(other_labels, other_scores, threshold))
        result[name] = _balanced(np.array(labels), np.array(scores), best)
    return result


def _balanced(labels: np.ndarray, scores: np.ndarray, threshold: float) -> float:
    return float(((scores[labels] >= threshold).mean() + (scores[~labels] < threshold).mean()) / 2)


def check_items(items: Sequence[Item]) -> list[list[Finding]]:
    """The findings of each item's sentences, in order."""
    articles: dict[str, Article] = {}
    findings = []
    for item in items:
        if item.article not in articles:
            articles[item.article] = article_from_text(item.article, title="")
        findings.append(check_sentences(item.sentences, articles[item.article]))
    return findings


def row_score(findings: Sequence[Finding]) -> float:
    """Logarithm of the probability that every sentence holds."""
    return sum(math.log(max(finding.score, 1e-9)) for finding in findings)


def sentences_per_second(count: int = 10, repeat: int = 10) -> float:
    """Checked sentences per CPU second against an 800-word article, ten sentences at a time, half of them copied."""
    article = article_from_text("\n\n".join(article_text(1)), title="")
    copied = [article.sentence_text(i) for i in range(count // 2)]
    told = [" ".join(article.sentence_text(i + 5).split()[2:16]) + " of the whole country" for i in range(count // 2)]
    check_sentences(copied + told, article)
    start = time.process_time()
    for _ in range(repeat):
        check_sentences(copied + told, article)
    return repeat * 2 * (count // 2) / (time.process_time() - start)


def measures(items: Sequence[Item], findings: Sequence[list[Finding]]) -> dict[str, float]:
    """Every figure of the table by name."""
    by_set: dict[str, list[tuple[Item, float]]] = defaultdict(list)
    for item, found in zip(items, findings, strict=True):
        by_set[item.set_name].append((item, row_score(found)))
    result: dict[str, float] = {}
    domains = {}
    for name, pairs in sorted(by_set.items()):
        labels, scores = [item.is_supported for item, _ in pairs], [score for _, score in pairs]
        if name.startswith("bump"):
            result[f"{name} consistency"] = consistency([item for item, _ in pairs], scores)
        elif name.startswith("summedits"):
            domains[name] = (labels, scores)
        else:
            result[f"{name} AUC"] = auc(labels, scores)
    if len(domains) > 1:
        accuracies = leave_one_domain_out(domains)
        result.update({f"{name} balanced": value for name, value in accuracies.items()})
        result["summedits balanced"] = float(np.mean(list(accuracies.values())))
    result["XSum sets AUC"] = float(np.nanmean([result.get(f"{name} AUC", math.nan) for name in XSUM_SETS]))
    true = [
        finding
        for item, found in zip(items, findings, strict=True)
        if item.is_supported and item.set_name in FAITHFUL_SETS
        for finding in found
    ]
    result["false alarms"] = float(np.mean([finding.verdict is Verdict.UNSUPPORTED for finding in true]))
    result["true, marked weak"] = float(np.mean([finding.verdict is Verdict.WEAK for finding in true]))
    return result


def print_true_rows(items: Sequence[Item], findings: Sequence[list[Finding]]) -> None:
    """For each set, the share of sentences of rows labelled true that are withheld, and that are marked weak."""
    verdicts: dict[str, list[Verdict]] = defaultdict(list)
    for item, found in zip(items, findings, strict=True):
        if item.is_supported:
            verdicts[item.set_name].extend(finding.verdict for finding in found)
    print("\n| rows labelled true | sentences | withheld | weak |\n| --- | --- | --- | --- |")
    for name, given in sorted(verdicts.items()):
        withheld, weak = (given.count(verdict) / len(given) for verdict in (Verdict.UNSUPPORTED, Verdict.WEAK))
        print(f"| {name} | {len(given)} | {withheld:.3f} | {weak:.3f} |")


def calibration(items: Sequence[Item], findings: Sequence[list[Finding]]) -> list[tuple[float, float, int]]:
    """Mean score, share of rows labelled true and their number, by tenths of the row's score, for the sets of news
    that people read against the article (`FAITHFUL_SETS`)."""
    scores = [
        math.exp(row_score(found)) for i, found in zip(items, findings, strict=True) if i.set_name in FAITHFUL_SETS
    ]
    labels = [item.is_supported for item in items if item.set_name in FAITHFUL_SETS]
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for score, label in zip(scores, labels, strict=True):
        bins[min(9, int(10 * score))].append((score, label))
    return [
        (float(np.mean([s for s, _ in pairs])), float(np.mean([label for _, label in pairs])), len(pairs))
        for _, pairs in sorted(bins.items())
    ]


def calibration_error(bins: Sequence[tuple[float, float, int]]) -> float:
    """Expected calibration error (Naeini et al. 2015): the mean distance of score and share, weighted by rows."""
    return sum(abs(score - share) * rows for score, share, rows in bins) / sum(rows for _, _, rows in bins)


def print_calibration(bins: Sequence[tuple[float, float, int]]) -> None:
    """The reliability table and the error."""
    print(f"\nCalibration on {', '.join(FAITHFUL_SETS)}: expected error {calibration_error(bins):.3f}")
    print("\n| mean score | share true | rows |\n| --- | --- | --- |")
    for score, share, rows in bins:
        print(f"| {score:.2f} | {share:.2f} | {rows} |")


def print_golden_kinds() -> None:
    """How many of the project's own cases get their verdict, by kind of fault (the words before a colon)."""
    cases = tomllib.loads(GOLDEN.read_text(encoding="utf-8"))
    article = article_from_text(cases["article"], title="", published_at=cases["published_at"])
    kinds: dict[str, list[bool]] = defaultdict(list)
    for case in cases["case"]:
        verdict = check_sentences([case["sentence"]], article)[0].verdict
        is_met = verdict is not Verdict.SUPPORTED if case["verdict"] == "not_supported" else verdict == case["verdict"]
        kinds[case["kind"].split(":")[0]].append(is_met)
    print("\n| own cases, by kind | met | of |\n| --- | --- | --- |")
    for kind, met in kinds.items():
        print(f"| {kind} | {sum(met)} | {len(met)} |")


def print_error_types(items: Sequence[Item], findings: Sequence[list[Finding]]) -> None:
    """Share of faulty rows of each kind in which a sentence is withheld, and in which one is withheld or weak."""
    kinds: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for item, found in zip(items, findings, strict=True):
        verdicts = {finding.verdict for finding in found}
        for kind in item.error_types if not item.is_supported else ():
            kinds[f"{item.set_name.split('-')[0]}: {kind}"].append(
                (Verdict.UNSUPPORTED in verdicts, verdicts != {Verdict.SUPPORTED})
            )
    print("\n| kind of error | rows | withheld | withheld or weak |\n| --- | --- | --- | --- |")
    for kind, pairs in sorted(kinds.items()):
        withheld, marked = np.mean(np.array(pairs), axis=0)
        print(f"| {kind} | {len(pairs)} | {withheld:.2f} | {marked:.2f} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sample", type=int, default=1_000, help="most rows of a set")
    arguments = parser.parse_args()
    print_machine()
    items = [item for item in load_items(arguments.data / "facts-dev.jsonl.gz") if item.half == 1]
    items = sampled(items, arguments.sample)
    findings = check_items(items)
    print("\n| measure | Nutgraf | published |\n| --- | --- | --- |")
    for name, value in measures(items, findings).items():
        print(f"| {name} | {value:.3f} | {PUBLISHED.get(name.split()[0], '')} |")
    print(f"| sentences per CPU second | {sentences_per_second():.0f} | |")
    print_true_rows(items, findings)
    print_error_types(items, findings)
    print_calibration(calibration(items, findings))
    print_golden_kinds()


if __name__ == "__main__":
    main()
