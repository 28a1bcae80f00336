"""The checker's score: a logistic function of the features, its coefficients read from data/checker.toml."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from nutgraf.domain.evidence import Verdict


@dataclass(frozen=True, slots=True)
class Scale:
    """Coefficients by feature name, and the scores from which a sentence counts as supported or weak."""

    bias: float
    weights: Mapping[str, float]
    supported_from: float
    weak_from: float

    def score(self, features: Mapping[str, float]) -> float:
        """Probability, 0..1, that a claim with these features is supported."""
        total = self.bias + sum(weight * features.get(name, 0.0) for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def verdict(self, score: float) -> Verdict:
        """The verdict on a claim without a hard fault."""
        if score >= self.supported_from:
            return Verdict.SUPPORTED
        return Verdict.WEAK if score >= self.weak_from else Verdict.UNSUPPORTED


@cache
def load_scale() -> Scale:
    """The shipped coefficients (made by tools/fit_checker.py)."""
    table = tomllib.loads((files("nutgraf") / "data" / "checker.toml").read_text(encoding="utf-8"))
    return Scale(table["bias"], table["weights"], table["supported_from"], table["weak_from"])
