"""Rank sentences by what their characters share; it needs no dictionary and no weights.

The news score is frozen: a change here changes every summary. Arrays are float64; n is the
number of sentences, at most a few hundred, because the matrices are n × n.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Grams = Mapping[str, float]

DAMPING = 0.85
# Maximal marginal relevance: the share of a sentence's own worth against its novelty.
MMR = 0.85
# What a soft penalty may cost at most: as much as saying a chosen sentence over again.
SOFT = 1 - MMR
SIMILAR, CONTAINED = 0.6, 0.8
_COLUMNS = 4096


@dataclass(frozen=True, slots=True)
class Ranking:
    """What is known about n distinct sentences.

    kept has their places in the list that was ranked; scores (n,) run from 0 to 1;
    similarity (n, n) has cosines, 0 on the diagonal. gone has the places of near duplicates, each
    with that of the sentence that stays for it.
    """

    kept: tuple[int, ...]
    scores: Floats
    similarity: Floats
    gone: Mapping[int, int] = field(default_factory=dict)


def rank(
    texts: Sequence[str],
    title: str,
    lead: Sequence[float],
    *,
    by_words: bool,
    news: bool,
    similar: float = SIMILAR,
) -> Ranking:
    """Score the sentences after near duplicates are removed; texts are already folded.

    News: TextRank + 2 PacSum + 0.5 title + lead, each scaled to 0..1 over the sentences; lead
    comes scaled. TextRank (Mihalcea & Tarau 2004) runs on character bigrams; PacSum (Zheng &
    Lapata 2019, weights 0 and 1) adds up the likeness to the sentences that follow, in TF-IDF
    of character 2- to 4-grams, or with by_words of 3- to 5-grams inside words. Without news
    there is no lead, and PacSum looks both ways: the start of a talk is not its gist. Of two
    sentences one is a near duplicate if their cosine is over `similar`, or 80 % of its n-grams are
    in the other.
    """
    counts = [_ngrams(text, by_words) for text in texts]
    weights = _idf(counts)
    cosine = _likeness([_unit(count, weights) for count in counts])
    gone = _repeats(counts, cosine, similar)
    kept = [i for i in range(len(counts)) if i not in gone]
    cosine = cosine[np.ix_(kept, kept)]
    central = np.triu(cosine).sum(axis=1) if news else cosine.sum(axis=1)
    wanted = _ngrams(title, by_words)
    score = _scaled(textrank([texts[i] for i in kept])) + 2 * _scaled(central)
    score += 0.5 * _scaled(_nearness([_unit(counts[i], weights) for i in kept], wanted, weights))
    if news:
        score += np.asarray(lead, dtype=np.float64)[kept]
    return Ranking(tuple(kept), _scaled(score).round(9), cosine, gone)


def pick(
    ranking: Ranking,
    count: int,
    length: Sequence[float],
    openers: Mapping[int, int],
    before: Sequence[int] = (),
) -> list[int]:
    """Return the places in `ranking` of `count` sentences, best first, after those of `before`.

    Maximal marginal relevance (Carbonell & Goldstein 1998), less two soft penalties: length
    (for each sentence, in such penalties) and an opener that hangs in the air. openers maps a
    sentence that starts with "But" or "He" to the place of its predecessor, -1 if that cannot be
    chosen; the penalty is lifted once the predecessor is chosen.
    """
    worth = MMR * ranking.scores - SOFT * np.asarray(length, dtype=np.float64)
    hanging = np.zeros(len(worth))
    hanging[list(openers)] = SOFT
    followers = {before: after for after, before in openers.items() if before >= 0}
    repeated = ranking.similarity[list(before)].max(axis=0, initial=0.0)
    hanging[[followers[place] for place in before if place in followers]] = 0
    chosen = list(before)
    while len(chosen) < min(len(before) + count, len(worth)):
        value = worth - hanging - (1 - MMR) * repeated
        value[chosen] = -np.inf
        best = int(np.argmax(value.round(9)))
        chosen.append(best)
        repeated = np.maximum(repeated, ranking.similarity[best])
        if best in followers:
            hanging[followers[best]] = 0
    return chosen[len(before) :]


def _ngrams(text: str, by_words: bool) -> Counter[str]:
    if not by_words:
        return Counter(text[i : i + n] for n in (2, 3, 4) for i in range(len(text) - n + 1))
    words = [f" {word} " for word in text.split()]
    return Counter(w[i : i + n] for w in words for n in (3, 4, 5) for i in range(len(w) - n + 1))


def _idf(counts: Sequence[Grams]) -> dict[str, float]:
    frequency = Counter(gram for count in counts for gram in count)
    return {gram: log((1 + len(counts)) / (1 + df)) + 1 for gram, df in frequency.items()}


def _unit(count: Grams, weights: Grams) -> dict[str, float]:
    vector = {gram: n * weights[gram] for gram, n in count.items()}
    norm = sum(value * value for value in vector.values()) ** 0.5 or 1.0
    return {gram: value / norm for gram, value in vector.items()}


def _likeness(rows: Sequence[Grams]) -> Floats:
    """Return the dot products of sparse rows, (n, n), with a diagonal of 0.

    Only what two rows share can matter, and columns come in slices: memory stays at
    n × _COLUMNS however long a sentence is.
    """
    frequency = Counter(gram for row in rows for gram in row)
    column = {gram: i for i, gram in enumerate(g for g, df in frequency.items() if df > 1)}
    cells = [(i, column[g], v) for i, row in enumerate(rows) for g, v in row.items() if g in column]
    row_of = np.array([cell[0] for cell in cells], dtype=np.intp)
    column_of = np.array([cell[1] for cell in cells], dtype=np.intp)
    value_of = np.array([cell[2] for cell in cells])
    products = np.zeros((len(rows), len(rows)))
    for start in range(0, len(column), _COLUMNS):
        here = (column_of >= start) & (column_of < start + _COLUMNS)
        part = np.zeros((len(rows), min(_COLUMNS, len(column) - start)))
        part[row_of[here], column_of[here] - start] = value_of[here]
        products += part @ part.T
    np.fill_diagonal(products, 0)
    return products


def _repeats(counts: Sequence[Grams], cosine: Floats, similar: float) -> dict[int, int]:
    """Return the places of near duplicates, with those of the sentences that stay for them.

    Of two, the one contained in the other goes, else the later one.
    """
    shared = _likeness([dict.fromkeys(count, 1.0) for count in counts])
    sizes = np.array([max(1, len(count)) for count in counts], dtype=np.float64)
    contained = shared >= CONTAINED * np.minimum.outer(sizes, sizes)
    gone: dict[int, int] = {}
    for i, j in np.argwhere(np.triu(contained | (cosine > similar), 1)).tolist():
        if i not in gone and j not in gone:
            shorter, longer = (i, j) if contained[i, j] and sizes[i] < sizes[j] else (j, i)
            gone[shorter] = longer
    return gone


def textrank(texts: Sequence[str]) -> Floats:
    """Return the TextRank score of every sentence, (n,), adding up to 1; texts are folded.

    Mihalcea & Tarau 2004, on the sets of character bigrams.
    """
    sets = [{text[i : i + 2] for i in range(len(text) - 1)} for text in texts]
    logs = np.log([max(2, len(s)) for s in sets])
    links = _likeness([dict.fromkeys(s, 1.0) for s in sets]) / np.add.outer(logs, logs)
    totals = links.sum(axis=1, keepdims=True)  # (n, 1)
    # A sentence that shares nothing recommends every sentence equally, as in PageRank.
    moves = np.divide(links, totals, out=np.full_like(links, 1 / len(sets)), where=totals > 0)
    rank_ = np.full(len(sets), 1 / len(sets))
    for _ in range(100):
        before = rank_
        rank_ = (1 - DAMPING) / len(sets) + DAMPING * (moves.T @ before)
        if np.abs(rank_ - before).sum() < 1e-9:
            break
    return rank_


def _nearness(units: Sequence[Grams], title: Grams, weights: Grams) -> Floats:
    wanted = {gram: n * weights[gram] for gram, n in title.items() if gram in weights}
    return np.array(
        [sum(unit.get(g, 0.0) * value for g, value in wanted.items()) for unit in units]
    )


def _scaled(values: Floats) -> Floats:
    low, high = values.min(), values.max()
    # Below 1e-12 the spread is rounding, and scaling would turn it into a ranking.
    return (values - low) / (high - low) if high - low > 1e-12 else np.zeros_like(values)
