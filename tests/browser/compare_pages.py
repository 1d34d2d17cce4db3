"""A comparison of three systems, the page that shows it, and what a reader does there."""

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from playwright.sync_api import Locator, Page

from workbench.compare.report import VIEW_SCRIPTS, VIEW_STYLES

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>${alert(3)}"
SYSTEMS = ("opus@beam=6", "nllb", "person")
TEXTS = [
    ("2017年は寒かった。", ["It was cold in 2017.", "It was very cold in 2018.", "2017 was cold."]),
    ("兵士は川を渡り、夜のうちに村へ逃げた。", ["The soldier fled.", "The soldier ran away.", ""]),
    (
        "彼は「はい」と言った。",
        ["He said yes.", "He said yes.", "Quite another wording stands here."],
    ),
    ("記者が尋ねた。", ["A reporter asked.", "The reporter asked.", "The reporter asked."]),
]
APART = [42.0, 71.5, 30.0, 12.0]
View = dict[str, Any]
Open = Callable[..., Page]


def row(place: int) -> View:
    source, cells = TEXTS[place]
    wrong = {
        "check": "numbers",
        "severity": "critical",
        "message": "2017 is 2018 here.",
        "span": [20, 24],
    }
    return {
        "id": f"s{place + 1}",
        "prefix": "",
        "source": source,
        "length": len(source),
        "reference": [],
        "cells": [text or None for text in cells],
        "edited": [False] * 3,
        "origins": ["mt", "mt", "failed" if not cells[2] else "human"],
        "findings": [[], [wrong] if place == 0 else [], []],
        "disagreement": APART[place],
        "consensus": 0,
        "supporters": [0, 1],
        "utility": None,
        "scores": None,
        "pick": None,
        "votes": [],
    }


def system(name: str, **more: Any) -> View:
    told = {"kind": "model", "signature": "", "licence": "MIT", "notes": [], "reason": ""}
    figures = {"profile": None, "scores": None, "neural": None}
    return {"name": name, "done": 4, "total": 4, "state": "done", **told, **figures, **more}


def value(**more: Any) -> View:
    """Return a comparison of three systems as workbench.compare.view gives it."""
    return {
        "kind": "comparison",
        "run": "r1",
        "source": {"language": "ja", "native": "日本語", "dir": "ltr"},
        "target": {"language": "en", "native": "English", "dir": "ltr"},
        "systems": [system(name) for name in SYSTEMS],
        "rows": [row(place) for place in range(len(TEXTS))],
        "agreement": [[100.0, 70.0, 40.0], [70.0, 100.0, 41.0], [40.0, 41.0, 100.0]],
        "buckets": [],
        "ranking": None,
        "charts": [],
        "blind": False,
        "warnings": [],
        "complete": True,
        "desk": True,
        "formats": ["html", "csv"],
        "undo": 0,
        **more,
    }


PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>view</title>
<meta name="viewport" content="width=device-width"><style>%s body { margin: 0 }</style>
<body class="%s"><main id="host"></main><script>%s</script><script>
var wishes = [], strings = %s, held = %s;
var answer = (wish) => ({ view: { ...held, undo: wishes.length } });
var ask = async (wish) => { wishes.push(wish); return answer(wish); };
CompareView.mount(host, held, strings, %s);
</script></body></html>"""


def made(view: View, *, asks: bool = True, dark: bool = False) -> str:
    static = files("workbench.ui") / "static"
    read = [(static / name).read_text("utf-8") for name in (*VIEW_STYLES, *VIEW_SCRIPTS)]
    styles, scripts = read[: len(VIEW_STYLES)], read[len(VIEW_STYLES) :]
    words = (files("workbench.ui") / "strings.json").read_text("utf-8")
    safe = json.dumps(view, ensure_ascii=False).replace("<", "\\u003c")
    theme, how = "dark" if dark else "", "ask" if asks else "null"
    return PAGE % ("".join(styles), theme, "".join(scripts), words, safe, how)


def cell(page: Page, number: int, system: int) -> Locator:
    return page.locator(f'[data-segment="s{number}"] .wb-cell[data-system="{system}"]')


def at(page: Page, number: int, system: int, *keys: str) -> Page:
    """Go to a cell and press keys."""
    cell(page, number, system).focus()
    for key in keys:
        page.keyboard.press(key)
    return page


def shown(page: Page) -> list[str]:
    nodes = page.locator(".wb-rows > .wb-row:visible").all()
    return [node.get_attribute("data-segment") or "" for node in nodes]


def wishes(page: Page) -> list[View]:
    page.wait_for_function("wishes.length > 0")
    found: list[View] = page.evaluate("wishes")
    return [{k: v for k, v in wish.items() if k != "run"} for wish in found]


def answers(page: Page, function: str) -> None:
    """Have the server answer by a function of the wish."""
    page.evaluate(f"void (answer = {function})")


def search(page: Page, text: str) -> Page:
    page.get_by_placeholder("Search, or /pattern/").fill(text)
    page.wait_for_timeout(300)
    return page


def choose(page: Page, name: str, wanted: str) -> Page:
    page.locator(f'[data-filter="{name}"]').select_option(wanted)
    return page
