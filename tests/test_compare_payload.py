"""The value of the comparison's view is JSON, and in a blind test it gives nobody away."""

import json
from dataclasses import replace

from comparisons import MADE, comparison, document, output, with_findings
from workbench.compare.values import (
    Bucket,
    Buckets,
    Choices,
    Comparison,
    Judged,
    Reference,
    Vote,
)
from workbench.compare.view import looks_first, partial, payload
from workbench.compare.voting import shown_order
from workbench.evaluation.metrics import Score
from workbench.evaluation.systems import Cost, Failure
from workbench.types import Finding, Translation

LINES = ["記者:", "寒い。", "逃げた。"]
WHOLE = comparison(
    LINES,
    opus=["Reporter:", "It was cold.", ""],
    nllb=["Reporter:", "It was very cold.", "We fled."],
    human=["Reporter:", "Cold it was.", "We ran."],
)
CHOICES = Choices(
    picks={"s2": "nllb", "s3": "gone"},
    edits={("s3", "opus"): "We escaped."},
    votes=(
        Vote("s2", "nllb", "opus", "better"),
        Vote("s2", "human", "opus", "worse", blind=True),
        Vote("s3", "gone", "opus", "better", blind=True),
    ),
)


def scored(whole: Comparison) -> Comparison:
    """Return the comparison as it is with a reference for the first row."""
    names = [o.name for o in whole.outputs]
    score = {"bleu": Score(20.0, "nrefs:1|tok:13a", 21.0, 1.5, 0.04, 0.2)}
    judged = Judged(
        dict.fromkeys(names, score),
        {"bleu": ((20.0, None),) * len(names)},
        (Buckets("length", "BLEU", (Bucket("1-9", 1, (20.0,) * len(names)),)),),
        1,
        "opus",
        1000,
        7,
        {"opus": 0.8},
        "COMET",
    )
    reference = Reference("news.en", ("It was cold.", ""), notes=("half of it",))
    return replace(whole, judged=judged, references=(reference,))


def costly(whole: Comparison) -> Comparison:
    """Return the comparison with what would give a system away."""
    outputs = tuple(
        replace(o, cost=Cost(0.5, 2.0, 1.0, 321.5), notes=(f"by {o.name}",)) for o in whole.outputs
    )
    return replace(scored(whole), outputs=outputs, failures=(Failure("madlad", "no madlad", 4),))


def test_rows_have_their_label_and_a_cell_of_every_system() -> None:
    first = payload(WHOLE)["rows"][0]
    assert (first["id"], first["prefix"], first["source"]) == ("s2", "記者:", "寒い。")
    assert first["cells"] == ["It was cold.", "It was very cold.", "Cold it was."]
    assert (first["length"], first["origins"]) == (3, ["mt"] * 3)


def test_the_value_is_json() -> None:
    value = payload(costly(WHOLE), CHOICES)
    assert json.loads(json.dumps(value)) == json.loads(json.dumps(value, allow_nan=False))


def test_a_system_that_failed_stands_last_with_nothing_in_its_places() -> None:
    value = payload(costly(WHOLE))
    failed, row = value["systems"][3], value["rows"][0]
    assert (failed["name"], failed["state"], failed["reason"]) == ("madlad", "failed", "no madlad")
    assert [row[key][3] for key in ("cells", "utility")] == [None, None]
    assert (row["scores"]["bleu"][3], row["findings"][3]) == (None, [])
    assert value["buckets"][0]["buckets"][0]["scores"][3] is None


def test_judgement_is_told_by_row_and_by_system() -> None:
    value, judgement = payload(WHOLE), WHOLE.judgement
    assert judgement
    assert [row["consensus"] for row in value["rows"]] == list(judgement.consensus)
    assert value["systems"][1]["profile"]["agreement"] == judgement.profiles[1].agreement
    assert value["agreement"][0][1] == judgement.agreement[0][1]


def test_a_row_without_any_text_has_no_consensus() -> None:
    row = payload(comparison(["寒い。"], a=[""], b=[""]))["rows"][0]
    assert (row["consensus"], row["supporters"], row["disagreement"]) == (None, [], 100.0)


def test_scores_have_their_interval_p_and_signature() -> None:
    value = payload(scored(WHOLE))
    bleu = value["systems"][0]["scores"]["bleu"]
    assert (bleu["low"], bleu["high"], bleu["p_bootstrap"]) == (19.5, 22.5, 0.04)
    assert "nrefs:1|tok:13a" in value["scores_note"]
    assert "1 of 2 rows" in value["scores_note"]
    assert value["rows"][1]["scores"] == {"bleu": [None] * 3}


def test_only_rows_with_a_reference_show_one() -> None:
    value = payload(scored(WHOLE))
    assert [row["reference"] for row in value["rows"]] == [["It was cold."], []]
    assert value["warnings"] == ["news.en: half of it"]


def test_an_edit_stands_in_the_place_of_the_systems_words() -> None:
    row = payload(WHOLE, CHOICES)["rows"][1]
    assert (row["cells"][0], row["edited"]) == ("We escaped.", [True, False, False])
    assert (row["origins"][0], row["findings"][0]) == ("human", [])


def test_picks_and_votes_are_numbers_and_systems_that_are_gone_are_left_out() -> None:
    rows = payload(WHOLE, CHOICES)["rows"]
    assert [row["pick"] for row in rows] == [1, None]
    assert rows[0]["votes"][0] == {"system": 1, "other": 0, "outcome": "better"}
    assert (len(rows[0]["votes"]), rows[1]["votes"]) == (2, [])


def test_votes_make_a_ranking_which_a_blind_value_does_not_have() -> None:
    ranking = payload(WHOLE, CHOICES)["ranking"]
    assert {rank["system"]: (rank["wins"], rank["losses"]) for rank in ranking} == {
        0: (1, 1),
        1: (1, 0),
        2: (0, 1),
    }
    assert payload(WHOLE, CHOICES, blind=5)["ranking"] is None
    assert payload(WHOLE)["ranking"] is None


def test_dismissed_doubts_are_not_shown_and_doubts_of_the_whole_stand_with_the_system() -> None:
    doubts = [Finding("x", "major", "s2", "en", "gone", decision="dismissed")]
    doubts += [Finding("x", "minor", "", "en", "everywhere", (1, 2))]
    value = payload(with_findings(WHOLE, "opus", doubts))
    assert value["rows"][0]["findings"][0] == []
    assert [f["message"] for f in value["systems"][0]["findings"]] == ["everywhere"]


def test_votes_rank_the_systems_but_not_while_they_are_hidden() -> None:
    ranking = payload(WHOLE, CHOICES)["ranking"]
    assert sorted(rank["system"] for rank in ranking) == [0, 1, 2]
    assert sum(rank["wins"] for rank in ranking) == sum(rank["losses"] for rank in ranking) > 0
    assert payload(WHOLE)["ranking"] is payload(WHOLE, CHOICES, blind=5)["ranking"] is None


def test_a_blind_value_names_no_system_and_no_figure() -> None:
    text = json.dumps(payload(costly(WHOLE), CHOICES, blind=5), ensure_ascii=False)
    for word in ("opus", "nllb", "human", "madlad", "321.5", "tok:13a", "MIT", "crashed", "COMET"):
        assert word not in text
    assert "We escaped." not in text


def test_a_blind_value_is_in_the_order_of_its_seed() -> None:
    value, order = payload(WHOLE, blind=5), shown_order(3, 5)
    plain = payload(WHOLE)["rows"][0]["cells"]
    assert value["rows"][0]["cells"] == [plain[place] for place in order]
    assert [system["name"] for system in value["systems"]] == ["A", "B", "C"]
    assert (value["blind"], value["agreement"], value["charts"]) == (True, None, [])


def test_a_blind_value_has_blind_votes_alone_and_no_picks() -> None:
    rows = payload(WHOLE, CHOICES, blind=5)["rows"]
    places = {place: shown for shown, place in enumerate(shown_order(3, 5))}
    assert rows[0]["votes"] == [{"system": places[2], "other": places[0], "outcome": "worse"}]
    assert [row["pick"] for row in rows] == [None, None]


def test_blind_values_are_the_same_whatever_the_systems_are_called() -> None:
    names = {"opus": "x", "nllb": "y", "human": "z"}
    other = tuple(replace(o, name=names[o.name]) for o in costly(WHOLE).outputs)
    assert payload(replace(WHOLE, outputs=other), blind=9) == payload(WHOLE, blind=9)


def test_more_systems_than_letters_have_names() -> None:
    systems = {f"s{i}": ["Cold."] for i in range(28)}
    value = payload(comparison(["寒い。"], **systems), blind=1)
    assert [system["name"] for system in value["systems"]][24:] == ["Y", "Z", "AA", "AB"]


def test_blind_rows_keep_their_disagreement() -> None:
    blind = payload(WHOLE, blind=1)["rows"]
    assert [r["disagreement"] for r in blind] == [r["disagreement"] for r in payload(WHOLE)["rows"]]


def test_while_systems_run_there_is_what_has_arrived() -> None:
    source = document(LINES)
    done = output("opus", source, ["Reporter:", "Cold.", ""])
    arrived = {"nllb": [Translation("s2", "en", "It is cold.", "mt")]}
    failures = [Failure("madlad", "no memory", 3)]
    names = ["nllb", "madlad", "opus", "last"]
    value = partial(source, "en", names, arrived, outputs=[done], failures=failures, running="nllb")
    assert [s["state"] for s in value["systems"]] == ["running", "failed", "done", "waiting"]
    assert value["rows"][0]["cells"] == ["It is cold.", None, "Cold.", None]
    assert (value["progress"], value["complete"]) == ({"done": 3, "total": 8}, False)


def test_a_partial_value_has_the_keys_of_a_whole_one() -> None:
    whole, part = payload(WHOLE), partial(WHOLE.document, "en", ["a"], {})
    assert set(part) - {"progress"} == set(whole)
    assert [set(row) for row in part["rows"]] == [set(row) for row in whole["rows"]]
    assert set(part["systems"][0]) == set(whole["systems"][0])


def test_a_text_without_sentences_has_no_rows() -> None:
    empty = Comparison(document([]), "en", (), made=MADE)
    assert payload(empty)["rows"] == []
    assert partial(empty.document, "en", [], {})["progress"] == {"done": 0, "total": 0}


def test_rows_where_systems_part_most_are_looked_at_first_then_those_with_doubts() -> None:
    same = comparison(["寒い。"] * 3, a=["Cold.", "Cold.", "Cold."], b=["Cold.", "Cold.", "Warm."])
    doubted = with_findings(same, "a", [Finding("x", "minor", "s2", "en", "no")])
    assert looks_first(doubted) == [2, 1, 0]


def test_what_a_stopped_system_had_made_is_shown_and_not_judged() -> None:
    late = Failure("late", "stopped after 1 of 2 segments.", 130)
    made = Translation("s2", "en", "Half.", "mt")
    part = replace(WHOLE, failures=(late,), stopped={"late": (made,)})
    view = payload(part)
    assert view["systems"][-1]["state"] == "failed" and view["systems"][-1]["done"] == 1
    assert [row["cells"][-1] for row in view["rows"]][:2] == ["Half.", None]
