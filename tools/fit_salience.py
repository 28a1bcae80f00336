"""Make the coefficients in src/nutgraf/data/salience.toml from the measuring data.

    python -m tools.fit_salience [--data ../shared/data]

Read: the articles of summaries-dev whose text does not fall in the third held out (see benchmarks/writer.py), and
the news articles of facts-dev that summaries-dev does not have, their system summaries as weak references. A word or a
pair is a positive example in the share of the article's references that say it; a sentence's target is the sum of its
ROUGE-1 and ROUGE-2 F1 against them. The words and pairs are fitted to the CNN/DailyMail articles, whose
references are paragraphs; the sentences to all, compared only with the sentences of their own article.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.writer import NEWS_SETS, load_items
from rouge_score.rouge_scorer import RougeScorer

from nutgraf.domain.article import Article
from nutgraf.stages.extract.assemble import article_from_text
from nutgraf.stages.write.builtin.candidates import Candidate, read_candidates
from nutgraf.stages.write.builtin.names import NameBook
from nutgraf.stages.write.builtin.references import resolve_openings
from nutgraf.stages.write.builtin.salience import measure_salience, stem
from nutgraf.stages.write.builtin.worth import (
    DEK_WORDS_READ,
    PAIR_FEATURES,
    SENTENCE_FEATURES,
    WORD_FEATURES,
    Weights,
    Worth,
    pair_features,
    probability,
    read_concepts,
    sentence_features,
    word_features,
)
from nutgraf.text.lexicon import load_lexicon
from nutgraf.text.words import words

TARGET = Path(__file__).parent.parent / "src" / "nutgraf" / "data" / "salience.toml"
WEAK_SETS = ("qags-cnndm", "qags-xsum", "cliff", "xsum-hallucination", "entfa")
SHORTEST_PARAGRAPH_WORDS = 32
"""A reference of more words is a paragraph, as CNN/DailyMail has them; XSum's are one sentence."""
SHRINKAGE = 3.0
SENTENCE_SHRINKAGE = 0.5
SENTENCES_READ = 12
STEPS = 12

HEAD = """# Coefficients of what a summary is likely to say: words and pairs (log odds) and sentences (points of ROUGE).
# Made by tools/fit_salience.py from the fitting part of the measuring data; features: stages/write/builtin/worth.py.
"""


@dataclass(frozen=True)
class Example:
    """An article with reference summaries."""

    article: Article
    references: list[str]
    is_news: bool


def load_examples(folder: Path) -> list[Example]:
    """The fitting examples; no article twice, none of those held out."""
    items = load_items(folder / "summaries-dev.jsonl.gz")
    seen = {_key(item.article.text) for item in items}
    examples = [
        Example(item.article, [item.reference], item.set_name in NEWS_SETS) for item in items if not item.held_out
    ]
    claims: dict[tuple[str, str], list[str]] = defaultdict(list)
    with gzip.open(folder / "facts-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["set"] in WEAK_SETS:
                claims[row["set"], row["article"]].append(row["claim"])
    for (name, text), summaries in claims.items():
        if _key(text) not in seen:
            seen.add(_key(text))
            references = [" ".join(summaries)] if name == "qags-cnndm" else summaries
            is_news = len(references[0].split()) > SHORTEST_PARAGRAPH_WORDS or name == "qags-cnndm"
            examples.append(Example(article_from_text(text, title=""), references, is_news))
    return examples


def _key(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())[:160]


def candidates_of(article: Article) -> list[Candidate]:
    """The sentences as the writer sees them."""
    lexicon = load_lexicon(article.language)
    return resolve_openings(read_candidates(article, lexicon), article.text, NameBook(article.text, lexicon), lexicon)


def said(references: list[str]) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """Share of the references that say each word and each pair."""
    said_words: dict[str, float] = defaultdict(float)
    said_pairs: dict[tuple[str, str], float] = defaultdict(float)
    for reference in references:
        stems = [stem(word) for word in words(reference)]
        for word in set(stems):
            said_words[word] += 1 / len(references)
        for pair in set(itertools.pairwise(stems)):
            said_pairs[pair] += 1 / len(references)
    return said_words, said_pairs


def fit_logistic(features: np.ndarray, shares: np.ndarray) -> Weights:
    """Logistic regression by Newton's method, ridge on the standardised coefficients."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    table = np.c_[np.ones(len(features)), (features - mean) / spread]
    theta = np.zeros(table.shape[1])
    ridge = SHRINKAGE * np.eye(len(theta))
    ridge[0, 0] = 0.0
    for _ in range(STEPS):
        expected = 1 / (1 + np.exp(-table @ theta))
        slope = table.T @ (shares - expected) - ridge @ theta
        theta += np.linalg.solve((table * (expected * (1 - expected))[:, None]).T @ table + ridge, slope)
    coefficients = theta[1:] / spread
    return Weights(float(theta[0] - coefficients @ mean), coefficients)


def fit_sentences(tables: list[tuple[np.ndarray, np.ndarray]]) -> Weights:
    """Ridge regression on differences from the article's mean."""
    size = len(SENTENCE_FEATURES)
    square, product = np.zeros((size, size)), np.zeros(size)
    for features, targets in tables:
        centred = features - features.mean(axis=0)
        square += centred.T @ centred
        product += centred.T @ (targets - targets.mean())
    ridge = SENTENCE_SHRINKAGE * np.diag(np.diag(square)) + 1e-6 * np.eye(size)
    return Weights(0.0, np.linalg.solve(square + ridge, product))


def sentence_targets(candidates: list[Candidate], references: list[str], scorer: RougeScorer) -> np.ndarray:
    """ROUGE-1 + ROUGE-2 of each sentence, as far as a dek would show it, in points."""
    targets = []
    for candidate in candidates:
        shown = " ".join(candidate.text.split()[:DEK_WORDS_READ])
        scores = [scorer.score(reference, shown) for reference in references]
        targets.append(np.mean([100 * (s["rouge1"].fmeasure + s["rouge2"].fmeasure) for s in scores]))
    return np.array(targets)


def main() -> None:
    """Fit and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    examples = [e for e in load_examples(parser.parse_args().data) if e.article.language == "en"]
    lexicon = load_lexicon("en")
    stop = {stem(word) for word in lexicon.words("stop_words")}
    read = [(example, candidates_of(example.article)) for example in examples]
    word_rows, word_shares, pair_rows, pair_shares = [], [], [], []
    for example, candidates in read:
        if example.is_news and candidates:
            concepts = read_concepts(candidates, stop)
            said_words, said_pairs = said(example.references)
            word_rows.append(word_features(concepts))
            word_shares += [said_words.get(word, 0.0) for word in concepts.words]
            pair_rows.append(pair_features(concepts, stop))
            pair_shares += [said_pairs.get(pair, 0.0) for pair in concepts.pairs]
    word_weights = fit_logistic(np.concatenate(word_rows).astype(float), np.array(word_shares))
    pair_weights = fit_logistic(np.concatenate(pair_rows).astype(float), np.array(pair_shares))
    scorer = RougeScorer(["rouge1", "rouge2"], use_stemmer=True)
    tables = []
    for example, candidates in read:
        first = [c for c in candidates[:SENTENCES_READ] if not (c.leaning.never or c.leaning.previous)]
        if len(first) < 2:
            continue
        concepts = read_concepts(candidates, stop)
        worth = Worth(
            dict(zip(concepts.words, probability(word_weights.logits(word_features(concepts))), strict=True)),
            dict(zip(concepts.pairs, probability(pair_weights.logits(pair_features(concepts, stop))), strict=True)),
            concepts.of_candidate,
        )
        features = sentence_features(candidates, measure_salience(example.article, candidates, lexicon), worth, lexicon)
        chosen = [candidate.position for candidate in first]
        tables.append((features[chosen].astype(float), sentence_targets(first, example.references, scorer)))
    lines = [HEAD.rstrip()]
    for name, features, weights in (
        ("word", WORD_FEATURES, word_weights),
        ("pair", PAIR_FEATURES, pair_weights),
        ("sentence", SENTENCE_FEATURES, fit_sentences(tables)),
    ):
        lines += ["", f"[{name}]", f"bias = {weights.bias:.4f}"]
        lines += [f"{feature} = {value:.4f}" for feature, value in zip(features, weights.coefficients, strict=True)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
