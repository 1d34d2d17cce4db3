/* Where to look first: the rows on which systems part most, or about which checks doubt most. */
"use strict";
window.WorkbenchCompareFirst = (() => {
  const { make, button } = WorkbenchParts;
  const { SEVERITIES } = WorkbenchWork;
  const LISTED = 40; // rows that are shown at first
  const WEIGHT = { critical: 100, major: 10, minor: 1 };

  class First {
    constructor(view) {
      Object.assign(this, { view, name: "first", node: make("div", "wb-look") });
      this.forget();
    }

    forget() {
      this.listed = LISTED;
    }

    label() {
      return this.view.say("compare_first");
    }

    count() {
      return this.view.payload.complete ? ranked(this.view).length : null;
    }

    draw(before) {
      if (this.view.rowsChanged || this.view.differs(before, "complete", "blind", "run")) this._draw();
    }

    _draw() {
      const { view } = this;
      const rows = ranked(view);
      if (!view.payload.complete || !rows.length) {
        const key = view.payload.complete ? "compare_first_none" : "compare_first_follow";
        this.node.replaceChildren(make("p", "wb-hint", view.say(key)));
        return;
      }
      const list = make("ol", "wb-list", ...rows.slice(0, this.listed).map((row) => this._entry(row)));
      this.node.replaceChildren(make("p", "wb-hint", view.say("compare_first_hint")), list);
      if (rows.length > this.listed) this.node.append(button("wb-button", view.say("show_all", { total: rows.length }), () => {
        this.listed = Infinity;
        this._draw();
      }));
    }

    _entry(row) {
      const { view } = this;
      const apart = make("span", "wb-apart", String(Math.round(row.disagreement ?? 0)));
      apart.style.setProperty("--wb-share", `${row.disagreement ?? 0}%`);
      apart.title = view.say("compare_disagreement", { value: row.disagreement ?? 0 });
      apart.append(make("span", "wb-off-screen", ` ${view.say("compare_apart")}`));
      const source = make("span", "wb-entry-text", row.source);
      source.lang = view.payload.source.language;
      const node = button("wb-entry", "", (event) => view.jump(row.id, event.currentTarget));
      node.append(make("span", "wb-place", String(view.number(row.id))), apart, source, ...this._doubts(row));
      node.dataset.jump = row.id;
      return make("li", "", node);
    }

    /* How many doubts there are of each severity; each kind with its sign. */
    _doubts(row) {
      const found = row.findings.flat();
      return SEVERITIES.map((level) => [level, found.filter((f) => f.severity === level).length])
        .filter(([, count]) => count)
        .map(([level, count]) => make("span", `wb-doubts wb-${level}`, this.view.icon(level), String(count)));
    }
  }

  /* Rows by how far the systems part, then by the weight of the doubts. */
  function ranked(view) {
    const weight = (row) => row.findings.flat().reduce((sum, f) => sum + WEIGHT[f.severity], 0);
    return view.payload.rows.map((row) => [row, row.disagreement ?? 0, weight(row)])
      .filter(([, apart, weight]) => apart > 0 || weight)
      .sort((a, b) => b[1] - a[1] || b[2] - a[2]).map(([row]) => row);
  }

  /* Go on to the next row of the list from where the reader is; from the end to the beginning. */
  function next(view) {
    const rows = ranked(view);
    const at = rows.findIndex((row) => row.id === view.place.id);
    const row = view.visited ? rows[(at + 1) % rows.length] : rows[0];
    view.visited = true;
    if (row) view.jump(row.id, view.origin ?? document.activeElement);
  }

  return Object.assign(First, { next });
})();
