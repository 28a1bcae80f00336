"""Make the coefficients in src/nutgraf/data/checker.toml from the fitting half of facts-dev.

    python -m tools.fit_checker [--data ../shared/data]

A logistic function of the checker's features: no weight above 0 (every feature is a reason for doubt), each shrunk
towards the same small doubt, an intercept of its own for every set while fitting (their shares of true rows differ and
mean nothing), and a term that asks a reference to score above its own edit. A summary holds if all its sentences do.
Afterwards one intercept and one scale are fitted to real shares of news, and the thresholds are read off.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.checker import FAITHFUL_SETS, Item, load_items

from nutgraf.stages.check.index import ArticleIndex, read
from nutgraf.stages.check.sentences import HARD_FAULT_SHARE, examine
from nutgraf.stages.extract.assemble import article_from_text

TARGET = Path(__file__).parent.parent / "src" / "nutgraf" / "data" / "checker.toml"

# What each set's rows weigh together. Left out: fib-cnndm (its true rows are references, its false ones copies with
# other faults) and goyal21 (false rows only).
SET_WEIGHTS = {"qags-cnndm": 3.0, "fib-cnndm": 0.0, "goyal21": 0.0, "entfa": 0.7}
SUMMEDITS_WEIGHT = 0.85
PAIR_WEIGHT = 0.2
PAIR_SHARPNESS = 30.0
SHRINKAGE = 0.01
COMMON_DOUBT = 0.15
LEAST_SPREAD = 0.1  # what is seen in a few sentences only is not given a great weight for being rare
STEPS = 900
STEP_SIZE = 0.03
MOST_ROWS_OF_A_SET = 1_500
MOST_FALSE_ALARMS = 0.05
SUPPORTED_FROM = 0.66

HEAD = """# Coefficients of the checker's score: probability = 1 / (1 + exp(-(bias + sum of weight x feature))).
# Made by tools/fit_checker.py from the fitting half of facts-dev; what the features mean: docs/explanation/evidence.md.
# Every feature is 0 for a sentence of the article and grows with what the article does not carry, so no weight is
# above 0.
"""


@dataclass(frozen=True)
class Table:
    """Sentences as rows of `features`, each belonging to item `item_of`; items by set and label."""

    names: list[str]
    features: np.ndarray
    item_of: np.ndarray
    labels: np.ndarray
    sets: np.ndarray
    pairs: np.ndarray  # (reference, edit) item numbers, shape (n, 2)
    has_hard_fault: np.ndarray

    def only(self, chosen: np.ndarray) -> Table:
        """The table of the items for which `chosen`, shape (items,), is true."""
        number = np.cumsum(chosen) - 1
        rows = chosen[self.item_of]
        pairs = self.pairs[chosen[self.pairs].all(axis=1)]
        return Table(
            self.names, self.features[rows], number[self.item_of[rows]], self.labels[chosen], self.sets[chosen],
            number[pairs], self.has_hard_fault[rows],
        )  # fmt: skip


def examine_items(items: Sequence[Item]) -> Table:
    """The features of every sentence of `items`."""
    indexes: dict[str, ArticleIndex] = {}
    rows: list[dict[str, float]] = []
    item_of: list[int] = []
    hard: list[bool] = []
    for number, item in enumerate(items):
        if item.article not in indexes:
            indexes[item.article] = ArticleIndex(article_from_text(item.article, title=""))
        index = indexes[item.article]
        for place, sentence in enumerate(item.sentences):
            claim = read(sentence, index.language)
            if claim.tokens.words:
                examination = examine(claim, index, is_opening=place == 0 < len(item.sentences) - 1)
                rows.append(examination.features)
                item_of.append(number)
                hard.append(any(fault.is_hard for fault in examination.faults))
    names = sorted({name for row in rows for name in row})
    features = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    labels = np.array([item.is_supported for item in items])
    sets = np.array([item.set_name for item in items])
    return Table(names, features, np.array(item_of), labels, sets, _pairs(items), np.array(hard))


def _pairs(items: Sequence[Item]) -> np.ndarray:
    groups: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for number, item in enumerate(items):
        if item.set_name.startswith("bump"):
            groups[item.pair][0 if item.is_supported else 1].append(number)
    return np.array([(good, bad) for goods, bads in groups.values() for good in goods for bad in bads], int).reshape(
        -1, 2
    )


def item_weights(table: Table) -> np.ndarray:
    """Weights that give each set, and in it either label, its share."""
    weights = np.zeros(len(table.labels))
    for name in set(table.sets):
        share = SET_WEIGHTS.get(name, SUMMEDITS_WEIGHT / 7 * 5 if name.startswith("summedits") else 1.0)
        for label in (False, True):
            chosen = (table.sets == name) & (table.labels == label)
            if chosen.any():
                weights[chosen] = share / chosen.sum()
    return weights / weights.sum()


def fit(table: Table) -> tuple[np.ndarray, float]:
    """Weights (per feature, none above 0) and the mean of the sets' intercepts, by Adam with projection."""
    count = len(table.labels)
    names, set_of = np.unique(table.sets, return_inverse=True)
    row_set = set_of[table.item_of]
    weights_of_items = item_weights(table)
    spread = np.maximum(table.features.std(axis=0), LEAST_SPREAD)
    scaled = table.features / spread
    size = scaled.shape[1]
    theta = np.concatenate([np.full(size, -COMMON_DOUBT), np.full(len(names), 2.0)])
    mean, square = np.zeros_like(theta), np.zeros_like(theta)
    for step in range(1, STEPS + 1):
        logits = scaled @ theta[:size] + theta[size:][row_set]
        holds = np.minimum(np.bincount(table.item_of, -np.logaddexp(0, -logits), count), -1e-4)
        probability = np.exp(holds)
        slope = np.where(table.labels, -1.0, probability / (1 - probability)) * weights_of_items
        slope += _pair_slope(holds, table.pairs, count)
        row_slope = slope[table.item_of] / (1 + np.exp(logits))
        gradient = np.concatenate(
            [
                scaled.T @ row_slope + SHRINKAGE * (theta[:size] + COMMON_DOUBT),
                np.bincount(row_set, row_slope, len(names)),
            ]
        )
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        theta -= STEP_SIZE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        theta[:size] = np.minimum(theta[:size], 0.0)
    used = [number for number, name in enumerate(names) if SET_WEIGHTS.get(name, 1.0) > 0]
    return theta[:size] / spread, float(theta[size:][used].mean())


def _pair_slope(holds: np.ndarray, pairs: np.ndarray, count: int) -> np.ndarray:
    good, bad = pairs[:, 0], pairs[:, 1]
    lead = np.clip(PAIR_SHARPNESS * (holds[good] - holds[bad]), -50, 50)
    pull = PAIR_SHARPNESS * PAIR_WEIGHT / max(1, len(pairs)) / (1 + np.exp(lead))
    return np.bincount(bad, pull, count) - np.bincount(good, pull, count)


def calibrate(table: Table, weights: np.ndarray, bias: float) -> tuple[float, float]:
    """Scale and intercept under which the probabilities of news items are right on average (by search)."""
    chosen = np.isin(table.sets, FAITHFUL_SETS)
    raw = table.features @ weights
    hard = np.where(table.has_hard_fault, np.log(HARD_FAULT_SHARE), 0.0)
    best = (np.inf, 1.0, bias)
    for scale in np.linspace(0.5, 2.0, 16):
        for intercept in np.linspace(bias - 3, bias + 3, 61):
            sentence_holds = -np.logaddexp(0, -(scale * raw + intercept)) + hard
            holds = np.minimum(np.bincount(table.item_of, sentence_holds, len(table.labels))[chosen], -1e-6)
            loss = -np.mean(np.where(table.labels[chosen], holds, np.log1p(-np.exp(holds))))
            best = min(best, (float(loss), float(scale), float(intercept)))
    return best[1], best[2]


def weak_threshold(table: Table, scores: np.ndarray) -> float:
    """The score below which so many true sentences fall that, with hard faults, false alarms stay in bounds."""
    true = table.labels[table.item_of] & np.isin(table.sets[table.item_of], FAITHFUL_SETS)
    room = MOST_FALSE_ALARMS - (table.has_hard_fault & true).sum() / true.sum()
    clean = np.sort(scores[true & ~table.has_hard_fault])
    return float(clean[int(max(0.005, room) * true.sum())])


def main() -> None:
    """Fit and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments = parser.parse_args()
    counts: dict[str, int] = defaultdict(int)
    items = []
    for item in load_items(arguments.data / "facts-dev.jsonl.gz"):
        if item.half == 0 and counts[item.set_name] < MOST_ROWS_OF_A_SET and SET_WEIGHTS.get(item.set_name, 1) > 0:
            counts[item.set_name] += 1
            items.append(item)
    table = examine_items(items)
    weights, bias = fit(table)
    scale, bias = calibrate(table, weights, bias)
    weights = scale * weights
    scores = 1 / (1 + np.exp(-(table.features @ weights + bias)))
    lines = [
        HEAD,
        f"bias = {bias:.3f}",
        f"supported_from = {SUPPORTED_FROM}",
        f"weak_from = {min(weak_threshold(table, scores), SUPPORTED_FROM / 2):.3f}",
        "",
        "[weights]",
        *(f"{name} = {weight:.3f}" for name, weight in zip(table.names, weights, strict=True) if weight < -5e-4),
    ]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
