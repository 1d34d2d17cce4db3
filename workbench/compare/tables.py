"""The tables and notes of a comparison in words, for the reader of a report.

To add a table, write a function of a comparison that returns None where it has nothing to say, and
its line in `tables`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.compare import rows, voting
from workbench.compare.judging import SUPPORT
from workbench.compare.values import Buckets, Choices, Comparison, Judgement, Output, Profile
from workbench.compare.view import scores_notes
from workbench.evaluation.metrics import LOWER_IS_BETTER, TITLES, Score
from workbench.evaluation.report import made_note, mark, tests_table

_NONE = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report; note says what it means, "" where nothing needs to be said."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def tables(comparison: Comparison) -> list[Table]:
    """Return what the figures of a comparison say, the most telling first."""
    found = [scores(comparison), _tests(comparison), _profiles(comparison), _costs(comparison)]
    found += [_agreement(comparison), *_buckets(comparison), _failures(comparison)]
    return [table for table in found if table and table.rows]


def scores(comparison: Comparison) -> Table | None:
    """Return the scores with the mark of the tests, None without a reference."""
    judged = comparison.judged
    if not judged or not judged.scores:
        return None
    metrics = list(next(iter(judged.scores.values())))
    base = judged.scores.get(judged.baseline, {})
    lines = [
        [name, *(_marked(metric, found[metric], base.get(metric)) for metric in metrics)]
        + ([_form("{:.4f}", judged.neural.get(name))] if judged.neural else [])
        for name, found in judged.scores.items()
    ]
    titles = [f"{TITLES[metric]} {'↓' if metric in LOWER_IS_BETTER else '↑'}" for metric in metrics]
    head = ["system", *titles, *(["learned metric ↑"] if judged.neural else [])]
    return Table("Scores against the reference", head, lines, judged.neural_note)


def _marked(metric: str, score: Score, base: Score | None) -> str:
    sign = mark(score, base, lower=metric in LOWER_IS_BETTER) if base else ""
    return f"{score.value:.1f}{sign}".rstrip()


def _tests(comparison: Comparison) -> Table | None:
    judged = comparison.judged
    if not judged or not judged.resamples:
        return None
    return Table("Intervals and tests", *tests_table(dict(judged.scores)))


def _profiles(comparison: Comparison) -> Table | None:
    judgement = comparison.judgement
    if not judgement:
        return None
    count = len(rows(comparison.document))
    back = any(profile.round_trip is not None for profile in judgement.profiles)
    head = [
        "system",
        "doubts: critical, major, minor",
        "per 1,000 words",
        "words",
        "length ratio",
        "numbers kept",
        "names kept",
        f"consensus (of {count} rows)",
        "agreement",
        *(["round trip (secondary evidence)"] if back else []),
    ]
    lines = [
        [output.name, *_figures(profile, back=back)]
        for output, profile in zip(comparison.outputs, judgement.profiles, strict=True)
    ]
    return Table("Without a reference", head, lines)


def _figures(profile: Profile, *, back: bool) -> list[str]:
    return [
        ", ".join(str(profile.findings.get(s, 0)) for s in ("critical", "major", "minor")),
        f"{profile.per_1000_words:.1f}",
        f"{profile.words:,}",
        f"{profile.length_ratio:.2f}",
        _share(profile.numbers),
        _share(profile.names),
        str(profile.consensus),
        f"{profile.agreement:.1f}",
        *([_form("{:.1f}", profile.round_trip)] if back else []),
    ]


def _share(kept: tuple[int, int]) -> str:
    return f"{kept[0]} of {kept[1]} ({100 * kept[0] / kept[1]:.0f} %)" if kept[1] else _NONE


def _costs(comparison: Comparison) -> Table | None:
    lines = [
        [
            output.name,
            f"{output.cost.seconds:.1f}",
            f"{output.cost.segments_per_second:.1f}",
            f"{output.cost.cold_start:.1f}",
            f"{output.cost.peak_mb:.0f}",
        ]
        for output in comparison.outputs
        if output.cost
    ]
    note = (
        "seconds: translating all rows, loading excluded. start: from the start of its process to "
        "the first translation. MB: the most memory of its process, in 10^6 bytes."
    )
    head = ["system", "seconds", "rows a second", "start, seconds", "MB"]
    return Table("Time and memory", head, lines, note)


def _agreement(comparison: Comparison) -> Table | None:
    judgement = comparison.judgement
    if not judgement or len(comparison.outputs) < 2:
        return None
    names = [output.name for output in comparison.outputs]
    lines = [
        [name, *(f"{value:.1f}" for value in row)]
        for name, row in zip(names, judgement.agreement, strict=True)
    ]
    return Table("Agreement of each two systems (mean chrF)", ["", *names], lines)


def _buckets(comparison: Comparison) -> list[Table]:
    if not comparison.judged:
        return []
    names = [output.name for output in comparison.outputs]
    return [_bucket_table(buckets, names) for buckets in comparison.judged.buckets]


def _bucket_table(buckets: Buckets, names: Sequence[str]) -> Table:
    lines = [
        [bucket.label, str(bucket.count), *(_form("{:.1f}", score) for score in bucket.scores)]
        for bucket in buckets.buckets
    ]
    return Table(f"{buckets.measure} by {buckets.by}", [buckets.by, "count", *names], lines)


def ranking(comparison: Comparison, choices: Choices) -> Table | None:
    """Return the systems by the votes of a person, None without votes."""
    names = tuple(output.name for output in comparison.outputs)
    ranks = voting.ranking(choices.votes, names) if choices.votes else ()
    lines = [
        [
            rank.system,
            f"{rank.rating:.0f}",
            f"{rank.low:.0f} to {rank.high:.0f}",
            *map(str, (rank.wins, rank.ties, rank.losses)),
        ]
        for rank in ranks
        if rank.wins or rank.losses or rank.ties
    ]
    blind = sum(vote.blind for vote in choices.votes)
    note = (
        f"Votes: {len(choices.votes)}, blind: {blind}. Bradley-Terry on the scale of Elo: 1500 on "
        "average, 400 points for odds of ten to one; the interval is that of resampled rows."
    )
    head = ["system", "rating", "95 % interval", "won", "equal", "lost"]
    return Table("By the votes", head, lines, note) if lines else None


def _failures(comparison: Comparison) -> Table:
    lines = [[failure.name, failure.reason] for failure in comparison.failures]
    return Table("Systems that gave nothing", ["system", "why"], lines)


def _form(form: str, value: float | None) -> str:
    return _NONE if value is None else form.format(value)


def notes(comparison: Comparison) -> list[str]:
    """Return how every figure was made, a line each."""
    document, outputs = comparison.document, comparison.outputs
    count = len(rows(document))
    lines = [f"Text: {document.name}, {document.language}→{comparison.target}, {count} rows."]
    lines += [_reference_note(comparison)] if comparison.references else []
    lines += scores_notes(comparison)
    lines += _judgement_notes(comparison.judgement, len(outputs)) if comparison.judgement else []
    for output in outputs:
        lines += [f"{output.name}: {line}" for line in _own_notes(output)]
    lines += [made_note(comparison.made)] if comparison.made else []
    return lines


def _reference_note(comparison: Comparison) -> str:
    named = [
        f"{r.name} (sha256 {r.sha256[:16]}…)" if r.sha256 else r.name for r in comparison.references
    ]
    return f"Reference: {'; '.join(named)}."


def _judgement_notes(judgement: Judgement, systems: int) -> list[str]:
    lines = [
        "Agreement: sentence chrF as sacreBLEU computes it (nc:6|nw:0|space:no|eff:yes), both ways "
        "averaged; the mean of all rows. Disagreement of a row: 100 less the mean of all pairs. A "
        "line that a system left empty agrees with none.",
        "Consensus: the translation that the others' agree with most (minimum Bayes risk with "
        "chrF, Eikema & Aziz 2020); what equals it counts too. It is no proof that it is right: "
        "systems that learnt from the same texts agree in their errors. A system supports it from "
        f"{SUPPORT:.0f} chrF on.",
        "Doubts are those of the checks that are open or that a person confirmed; not every one "
        "is an error. Numbers and names: those of the source that the ledgers find again in the "
        "translation. Length ratio: characters of the translation to those of the source.",
    ]
    if systems == 2:
        lines.append("Two systems have no majority: the consensus is the one that says more.")
    if any(profile.round_trip is not None for profile in judgement.profiles):
        lines.append(
            "Round trip: chrF2++ of the translation translated back, against the source. Secondary "
            "evidence only: it measures the way back as well, and literal or copied text scores "
            "high."
        )
    return lines


def _own_notes(output: Output) -> list[str]:
    signature = output.result.columns[0].signature
    return [*([signature] if signature else []), *output.notes]
