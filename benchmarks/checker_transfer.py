"""How the checker fares on a set it was not fitted to: fitted without each set, then measured on it.

    python -m benchmarks.checker_transfer [--data ../shared/data] [--sample N]

The honest estimate for data nobody here has. For each group of sets (both tasks of BUMP, the seven domains of
SummEdits, else one set) the coefficients are fitted anew on the fitting half of all the others, and the figures are
those of the group's reporting half; beside them those of coefficients fitted to all.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from benchmarks.checker import Item, auc, consistency, load_items, sampled
from benchmarks.measuring import print_machine
from tools.fit_checker import SET_WEIGHTS, Table, examine_items, fit

from nutgraf.stages.check.sentences import EXTRACT_SCORE, HARD_FAULT_SHARE


def group_of(set_name: str) -> str:
    """The sets that share their habits: one benchmark's."""
    return set_name.split("-")[0] if set_name.startswith(("bump", "summedits")) else set_name


def row_scores(table: Table, weights: np.ndarray) -> np.ndarray:
    """Logarithm of the probability that all sentences of an item hold, shape (items,)."""
    logits = table.features @ weights
    score = np.minimum(1 / (1 + np.exp(-(logits + 2.8))), EXTRACT_SCORE)
    score = np.where(table.has_hard_fault, HARD_FAULT_SHARE * score, score)
    return np.bincount(table.item_of, np.log(np.maximum(score, 1e-9)), len(table.labels))


def figure(items: Sequence[Item], scores: np.ndarray, name: str) -> float:
    """BUMP's consistency, or the AUC, of the set `name`."""
    chosen = [i for i, item in enumerate(items) if item.set_name == name]
    if name.startswith("bump"):
        return consistency([items[i] for i in chosen], [float(scores[i]) for i in chosen])
    return auc([items[i].is_supported for i in chosen], [float(scores[i]) for i in chosen])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sample", type=int, default=400, help="most rows of a set in either half")
    arguments = parser.parse_args()
    print_machine()
    items = list(load_items(arguments.data / "facts-dev.jsonl.gz"))
    fitting = sampled((i for i in items if i.half == 0 and SET_WEIGHTS.get(i.set_name, 1.0) > 0), arguments.sample)
    reporting = sampled((i for i in items if i.half == 1 and i.set_name != "goyal21"), arguments.sample)
    both = examine_items([*fitting, *reporting])
    is_fitting = np.arange(len(both.labels)) < len(fitting)
    shown, all_weights = both.only(~is_fitting), fit(both.only(is_fitting))[0]
    print("\n| set | measure | fitted to all | fitted without it |\n| --- | --- | --- | --- |")
    for group in sorted({group_of(item.set_name) for item in reporting}):
        others = np.array([group_of(name) != group for name in both.sets])
        weights = fit(both.only(is_fitting & others))[0]
        for name in sorted({item.set_name for item in reporting if group_of(item.set_name) == group}):
            with_it, without_it = (figure(reporting, row_scores(shown, w), name) for w in (all_weights, weights))
            measure = "consistency" if name.startswith("bump") else "AUC"
            print(f"| {name} | {measure} | {with_it:.3f} | {without_it:.3f} |")


if __name__ == "__main__":
    main()
