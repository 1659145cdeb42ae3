"""How ``tertulia/conversation/spam_model.json`` is made: ``python3 tasks.py spam-train``.

The comments are our own, one a line in ``spam_corpus/``: ``text``, ``name ¦ text`` or ``name ¦ site ¦ text``. What is
in ``held_back_*.txt`` is never trained on: it is what the figures of docs/comments.md are taken from. The same comments
give the same file, byte for byte.
"""

import json
import math
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tertulia.conversation import bayes, spam_model

CORPUS = Path(__file__).parent / "spam_corpus"
ROUNDS = 60
RATE = 0.5  # of learning, by AdaGrad: https://jmlr.org/papers/v12/duchi11a.html
PENALTY = 0.0005  # on large weights
# Trained on so few comments it is too cautious by this; on unseen folds of the training half, no honest one was near.
SHARPNESS = 2.0
LEAST = 0.1  # lighter weights are left out
TWICE = 2  # a pair that stands in one comment alone says nothing of others


class Written(NamedTuple):
    """One comment of the corpus."""

    text: str
    name: str = ""
    site: str = ""


def read(name: str) -> list[Written]:
    """The comments of ``spam_corpus/NAME.txt``."""
    parts = [line.split(" ¦ ") for line in (CORPUS / f"{name}.txt").read_text("utf-8").splitlines()]
    return [Written(text, *before) for *before, text in parts]


def features(one: Written) -> list[str]:
    """All that the model looks at in a comment."""
    words = bayes.words_of(one.text, one.name, one.site)
    return sorted(frozenset().union(*map(spam_model.features_of, words)) | spam_model.pairs_of(one.text).keys())


def train(spam: list[Written], honest: list[Written]) -> dict[str, float]:
    """The weights that tell *spam* from *honest*, ready to be written."""
    examples = [(features(one), 1.0) for one in spam] + [(features(one), 0.0) for one in honest]
    often = Counter(feature for found, _ in examples for feature in found)
    kept = {feature for feature, times in often.items() if times >= TWICE or " " not in feature}
    examples = [([*filter(kept.__contains__, found), spam_model.ANY_COMMENT], label) for found, label in examples]
    weights = dict.fromkeys([*sorted(kept), spam_model.ANY_COMMENT], 0.0)
    travelled = dict.fromkeys(weights, 1e-8)
    for _ in range(ROUNDS):
        slopes: dict[str, float] = {}
        for found, label in examples:
            miss = 1 / (1 + math.exp(-sum(weights[feature] for feature in found))) - label
            for feature in found:
                slopes[feature] = slopes.get(feature, 0.0) + miss
        for feature, slope in slopes.items():
            penalty = PENALTY * weights[feature] if feature != spam_model.ANY_COMMENT else 0.0
            step = slope / len(examples) + penalty
            travelled[feature] += step * step
            weights[feature] -= RATE * step / math.sqrt(travelled[feature])
    sharp = {feature: round(SHARPNESS * weight, 2) for feature, weight in sorted(weights.items())}
    return {feature: weight for feature, weight in sharp.items() if abs(weight) >= LEAST}


def written(weights: dict[str, float]) -> bytes:
    """*weights* as they lie in the file: one a line."""
    return (json.dumps(weights, ensure_ascii=False, indent=0) + "\n").encode()


def main() -> None:
    weights = train(read("training_spam"), read("training_honest"))
    spam_model.PATH.write_bytes(written(weights))
    print(f"{len(weights)} weights, {spam_model.PATH.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
