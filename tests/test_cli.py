"""The command line as a user meets it: exit codes, files, messages, streams."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench.catalogue import Model

SAMPLE = Path(__file__).parents[1] / "workbench" / "samples" / "interview.ja.txt"
PSEUDO = ("--model", "pseudo", "--from", "ja")


def run(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "workbench", *args]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=120, check=False)


def test_plain_text_goes_to_standard_output_and_speech_to_stderr() -> None:
    done = run("translate", "-", "--to", "en", *PSEUDO, stdin="寒かった。逃げた。".encode())
    assert done.returncode == 0
    assert done.stdout.decode().count("⟦") == 2
    assert b"segments in" in done.stderr


def test_the_language_is_detected_and_named() -> None:
    done = run("translate", "-", "--to", "en", "-m", "pseudo", stdin="寒かった。".encode())
    assert done.returncode == 0 and b"Japanese" in done.stderr


def test_several_formats_are_written_beside_each_other(tmp_path: Path) -> None:
    stem = str(tmp_path / "out" / "talk")
    done = run("translate", str(SAMPLE), *PSEUDO, "-f", "html,md,tsv,json,txt", "-o", stem)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert (done.returncode, names) == (
        0,
        [f"talk.{f}" for f in ("html", "json", "manifest.json", "md", "tsv", "txt")],
    )


def test_the_suffix_of_the_output_is_its_format(tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    assert run("translate", str(SAMPLE), *PSEUDO, "-o", str(path)).returncode == 0
    assert [c["language"] for c in json.loads(path.read_text("utf-8"))["columns"]] == ["en", "ko"]


def test_show_prints_the_columns_side_by_side() -> None:
    done = run("translate", str(SAMPLE), *PSEUDO, "--show", "-o", os.devnull, "-f", "txt")
    shown = done.stdout.decode()
    assert "日本語" in shown and "한국어" in shown and "•" in shown


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (("translate", "missing.txt"), 4, "no such file"),
        (("translate", "-", "--to", "klingon", *PSEUDO), 2, "No language named 'klingon'"),
        (("translate", "-", "-m", "pseudoo"), 2, "Did you mean 'pseudo'?"),
        (("translate", "-", "-f", "htm", *PSEUDO), 2, "Did you mean 'html'?"),
        (("translate", "-", "-f", "html,md", *PSEUDO), 2, "--output"),
        (("translate", "-", "--summary", "many", *PSEUDO), 2, "auto, none or a number"),
        (("translate", "-", "--engine", "gpu", *PSEUDO), 2, "No engine named 'gpu'"),
        (("translate", "-", *PSEUDO), 4, "no text"),
        (("translate", "-", "--nope"), 2, "No such option"),
        (("translate", "-", "-m", "./nowhere/model"), 4, "no folder"),
        (("models", "pull", "pseudo-x"), 2, "Did you mean"),
    ],
)
def test_bad_input_gets_one_message_and_its_code(
    args: tuple[str, ...], code: int, message: str
) -> None:
    done = run(*args)
    assert (done.returncode, done.stdout) == (code, b"")
    assert message in done.stderr.decode() and b"Traceback" not in done.stderr


def test_text_that_may_be_two_languages_is_asked_about() -> None:
    done = run("translate", "-", "--to", "en", "-m", "pseudo", stdin="東京都知事選".encode())
    assert done.returncode == 2 and b"--from" in done.stderr


def test_the_input_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"
    file.write_text("寒かった。", encoding="utf-8")
    done = run("translate", str(file), "--to", "en", *PSEUDO, "-o", str(file))
    assert done.returncode == 2 and file.read_text("utf-8") == "寒かった。"


def test_an_output_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("translate", "-", *PSEUDO, "-o", str(tmp_path / "file" / "x.txt"), stdin=b"a")
    assert done.returncode == 4 and b"cannot be written" in done.stderr


def test_summarize_prints_the_bullets_with_their_ids() -> None:
    done = run("summarize", str(SAMPLE), "--from", "ja", "--bullets", "3")
    lines = done.stdout.decode().strip().split("\n")
    assert len(lines) == 3 and all("(s" in line for line in lines)


def test_summarize_takes_shorter_or_longer_sentences() -> None:
    said = [
        run("summarize", str(SAMPLE), "--from", "ja", "-n", "3", "--length", wish).stdout.decode()
        for wish in ("0", "1")
    ]
    assert len(said[0]) < len(said[1])
    assert run("summarize", str(SAMPLE), "--from", "ja", "--length", "1.5").returncode == 2


def test_summarize_translates_only_its_bullets() -> None:
    done = run("summarize", str(SAMPLE), "-n", "3", "--to", "en", "-f", "json", *PSEUDO)
    value = json.loads(done.stdout)
    assert done.returncode == 0
    assert [text[0] for text in value["texts"]["en"]] == ["⟦"] * 3


def test_summarize_says_why_it_refuses() -> None:
    done = run("summarize", "-", "--from", "ja", stdin="寒かった。".encode())
    assert done.returncode == 0 and "oo short" in done.stdout.decode()


def test_a_text_too_large_for_memory_goes_through_in_pieces(tmp_path: Path) -> None:
    source, target = tmp_path / "big.txt", tmp_path / "big.tsv"
    lines = (f"{n:06}番目の、{'とても' * 40}長い文です。\n" for n in range(8_000))
    source.write_text("".join(lines), encoding="utf-8")
    done = run("translate", str(source), "--to", "en", *PSEUDO, "-o", str(target), "-q")
    with target.open(encoding="utf-8") as rows:
        ids = [row.split("\t", 1)[0] for row in rows]
    assert done.returncode == 0
    assert ids == ["id", *(f"s{n}" for n in range(1, 8_001))]


def test_a_large_text_in_a_format_that_holds_it_whole_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "big.txt"
    source.write_text("寒かった。" * 250_000, encoding="utf-8")
    done = run("translate", str(source), *PSEUDO, "-o", str(tmp_path / "big.html"))
    assert done.returncode == 2 and b"tsv or txt" in done.stderr


def test_interrupting_ends_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "big.txt"
    source.write_text("".join(f"{n}番目の文です。\n" for n in range(60_000)), encoding="utf-8")
    command = [sys.executable, "-m", "workbench", "translate", str(source), *PSEUDO]
    output = tmp_path / "big.json"
    process = subprocess.Popen([*command, "-o", str(output)], stderr=subprocess.PIPE)
    time.sleep(2.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130 and b"Traceback" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["big.txt"]


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m workbench translate {SAMPLE} --to en --model pseudo | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, timeout=60, check=False)
    assert b"Traceback" not in done.stderr and b"Broken" not in done.stderr


def test_models_are_listed_with_their_licences() -> None:
    done = run("models", "--json")
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert rows["pseudo"]["installed"] and all(row["licence"] for row in rows.values())


def test_help_is_there_without_torch_transformers_or_gradio() -> None:
    code = (
        "import sys; from workbench.cli import main\n"
        "try: main(['translate', '--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'transformers', 'gradio', 'ctranslate2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip().endswith(b"[]") and b"side by side" in done.stdout


def test_help_is_quick() -> None:
    started = time.monotonic()
    times = []
    for _ in range(3):
        started = time.monotonic()
        run("--help")
        times.append(time.monotonic() - started)
    baseline = time.monotonic()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    assert min(times) < 0.4 + 3 * (time.monotonic() - baseline)


def test_evaluate_scores_finished_translations_against_a_baseline(tmp_path: Path) -> None:
    for name, line in (("ref", "a b c d\n"), ("good", "a b c d\n"), ("bad", "a c\n")):
        (tmp_path / name).write_text(line * 20, "utf-8")
    outputs = [f"--output={name}={tmp_path / name}" for name in ("good", "bad")]
    done = run("evaluate", *outputs, "--ref", str(tmp_path / "ref"), "--from", "ja", "--to", "en",
               "--baseline", "bad", "--resamples", "50", "--markdown", "-")  # fmt: skip
    text = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert "good" in text and "100.0" in text and "nrefs:1" in text


def test_a_folder_gets_a_name_and_loses_it_again(trained: Model) -> None:
    folder = str(trained.path)
    assert run("models", "add", folder, "--name", "mine").returncode == 0
    rows = json.loads(run("models", "--json").stdout)
    assert [row["registered"] for row in rows if row["name"] == "mine"] == [folder]
    assert run("models", "remove", "mine").returncode == 0
    assert Path(folder).is_dir() and b'"mine"' not in run("models", "--json").stdout
