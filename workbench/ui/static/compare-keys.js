/* The keys of a comparison: what each does, and the list of them. */
"use strict";
window.WorkbenchCompareKeys = (() => {
  const { make, button } = WorkbenchParts;
  const here = (view) => [view.place.id, view.place.system];
  const vote = (view, key) => {
    const system = Number(key) - 1;
    if (!view.present().includes(system)) return;
    const { id } = view.place;
    view.rows.go(id, system);
    view.vote(id, system);
  };

  const MOVES = {
    ArrowDown: (view) => view.rows.step(1, 0),
    ArrowUp: (view) => view.rows.step(-1, 0),
    ArrowRight: (view) => view.rows.step(0, 1),
    ArrowLeft: (view) => view.rows.step(0, -1),
    b: (view) => view.stepBase(1),
    B: (view) => view.stepBase(-1),
    n: (view) => WorkbenchCompareFirst.next(view),
    "/": (view) => view.filter.fields.text.focus(),
    "?": (view) => view.keys.showModal(),
    Escape: (view) => {
      const { origin } = view;
      const same = origin?.isConnected ? origin : view.root.querySelector(`[data-jump="${CSS.escape(origin?.dataset?.jump ?? "")}"]`);
      same?.focus();
      view.origin = null;
    },
  };
  const DEEDS = {
    p: (view) => view.pick(...here(view)),
    e: (view) => view.edit(...here(view)),
    u: (view) => {
      if (!view.payload.undo && !view.waiting) return;
      view.announce(view.say("compare_undone"));
      view.undo();
    },
    "+": (view) => view.compare(...here(view), "better"),
    "=": (view) => view.compare(...here(view), "equal"),
    "-": (view) => view.compare(...here(view), "worse"),
  };
  for (let key = 1; key <= 9; key += 1) DEEDS[key] = vote;

  /* With a Japanese or Korean keyboard a letter key may bring another sign: the key itself counts. */
  function keyOf(event) {
    if (event.key.length > 1 ? event.key !== "Process" : /[!-~]/.test(event.key)) return event.key;
    return event.code.replace(/^(?:Key|Digit|Numpad)/, "").toLowerCase();
  }

  function onKey(view, event) {
    const typing = event.target.closest("input, textarea, select, dialog, [contenteditable], [role=tablist]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || view.field) return;
    const key = keyOf(event);
    const act = MOVES[key] ?? (view.editable ? DEEDS[key] : null);
    if (!act || !view.payload.rows.length) return;
    event.preventDefault();
    event.stopPropagation();
    act(view, key);
  }

  const LISTED = [["↑ ↓", "move"], ["← →", "column"], ["1–9", "vote", true], ["+ = -", "compare", true], ["p", "pick", true],
    ["e", "edit", true], ["u", "undo", true], ["b B", "base"], ["n", "next"], ["/", "search"], ["Esc", "back"], ["?", "keys"]];

  function dialog(view) {
    const lines = LISTED.filter(([, , deed]) => !deed || view.ask).flatMap(([keys, word]) =>
      [make("dt", "", ...keys.split(" ").map((key) => make("kbd", "", key))), make("dd", "", view.say(`compare_key_${word}`))]);
    const title = make("h2", "wb-title", view.say("compare_keys"));
    const node = make("dialog", "wb-keys-list", title, make("dl", "", ...lines),
      button("wb-button", view.say("compare_close"), () => node.close()));
    node.setAttribute("aria-label", view.say("compare_keys"));
    return node;
  }

  return { onKey, dialog };
})();
