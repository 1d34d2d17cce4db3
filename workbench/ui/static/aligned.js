/* The aligned view: source and targets side by side, sentence against sentence.

   WorkbenchView.mount(element, payload, strings, ask) draws a payload of workbench.view.payload();
   WorkbenchView.update(element, payload) changes only the rows that differ, so that hover,
   selection and scroll position survive while a translation streams in. ask(wish) has the server
   do what a reader wants (workbench.ui.desk) and promises its reply; without it, as in an exported
   file, the view is for reading. Every text enters the page as a text node: nothing in a payload
   is ever read as HTML or script. To show a new thing, add a _draw… method and call it in draw();
   a new panel is a file beside this one and a line in _build(). */
"use strict";
window.WorkbenchView = (() => {
  const { make, button, speaker, toClipboard, columnText, tableText, markedText } = WorkbenchParts;
  const views = new WeakMap();
  const { badges } = WorkbenchBadges;
  const LONG = 300; // rows; above it the browser skips what is off the screen

  class View extends WorkbenchBase {
    constructor(element, strings, ask) {
      super(strings, ask);
      this.payload = { rows: [], columns: [], findings: [], bullets: [] };
      this.rows = new Map(); // row id -> {node, drawn: what it shows, as JSON}
      this.hidden = new Set();
      this.field = null; // {row, column}: the cell that is being edited
      this.root = make("section", "wb-view");
      Object.assign(this.root, { lang: this.code, id: "wb-result", tabIndex: -1 });
      this.root.setAttribute("aria-label", this.say("result"));
      this._build();
      element.replaceChildren(this.root);
    }

    _build() {
      this.taking.id = "wb-downloads";
      this.tools = make("div", "wb-tools");
      this.head = make("div", "wb-row wb-head");
      this.summary = new WorkbenchSummary(this);
      this.lines = make("div", "wb-rows");
      this.work = new WorkbenchWork(this);
      const ledgers = ["numbers", "names", "quotations", "speech"];
      this.dock = new WorkbenchDock(this, [this.work, ...ledgers.map((name) => new WorkbenchLedger(this, name))]);
      this.head.setAttribute("role", "row");
      const headGroup = make("div", "wb-head-group", this.head);
      this.table = make("div", "wb-table", headGroup, this.summary.node, this.lines);
      this.table.setAttribute("role", "table");
      this.table.setAttribute("aria-label", this.say("aligned"));
      for (const group of this.table.children) group.setAttribute("role", "rowgroup");
      const top = make("div", "wb-top", make("div", "wb-say", this.status, this.bar), this.taking, this.tools);
      this.body = make("div", "wb-body", this.dock.node, make("div", "wb-main", this.table));
      this.root.append(top, this.warnings, this.body, this.foot);
      this._listen();
    }

    _listen() {
      this.table.addEventListener("mouseover", (event) => this._link(this._idsAt(event.target)));
      this.table.addEventListener("mouseleave", () => this._link([]));
      this.table.addEventListener("focusin", (event) => this._link(this._idsAt(event.target)));
      this.lines.addEventListener("dblclick", (event) => this._onDouble(event));
      this.root.addEventListener("keydown", (event) => this._onKey(event));
    }

    /* The rows that belong to a place: a row itself, or all sentences of a bullet. */
    _idsAt(node) {
      const place = node.closest("[data-segments]");
      return place ? place.dataset.segments.split(" ") : [];
    }

    _link(ids) {
      const wanted = new Set(ids);
      for (const [id, { node }] of this.rows) node.classList.toggle("is-linked", wanted.has(id));
      for (const node of this.summary.node.querySelectorAll("[data-segments]")) {
        const own = node.dataset.segments.split(" ");
        node.classList.toggle("is-linked", own.some((id) => wanted.has(id)));
      }
    }

    /* Mark rows and bring the first into sight; Escape goes back to where the jump began. */
    jump(ids, origin, focusOn) {
      const first = this.mark(ids);
      if (!first) return;
      this.origin = origin;
      const target = (focusOn && first.querySelector(focusOn)) || first;
      this._rove(first);
      target.focus({ preventScroll: true });
    }

    /* Mark rows and bring the first into sight; the focus stays where it is. */
    mark(ids) {
      this.marked = new Set(ids);
      this._showMarks();
      const first = this.rows.get(ids[0])?.node;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const far = calm || this.rows.size > LONG;
      first?.scrollIntoView({ block: "center", behavior: far ? "auto" : "smooth" });
      return first;
    }

    edit(id, column, finding, back) {
      WorkbenchEditing.editCell(this, { id, column, finding, back });
    }

    _onDouble(event) {
      const cell = event.target.closest(".wb-cell");
      const row = event.target.closest(".wb-row");
      if (row && Number(cell?.dataset.column) > 0) this.edit(row.dataset.segments, Number(cell.dataset.column));
    }

    _showMarks() {
      for (const [id, { node }] of this.rows) {
        node.classList.toggle("is-marked", this.marked?.has(id) ?? false);
      }
      for (const node of this.summary.node.querySelectorAll("[data-segments]")) {
        const own = node.dataset.segments.split(" ");
        const all = this.marked?.size === own.length && own.every((id) => this.marked.has(id));
        node.classList.toggle("is-marked", Boolean(all));
      }
    }

    _onKey(event) {
      if (event.key === "Escape") {
        this.marked = null;
        this._showMarks();
        if (this.origin?.isConnected) this.origin.focus();
        this.origin = null;
        return;
      }
      const row = event.target.closest?.(".wb-rows > .wb-row");
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (row && event.key === "Enter" && event.target === row && this.editable) {
        event.preventDefault();
        const shown = this.payload.columns.findIndex((_, index) => index && !this.hidden.has(index));
        this.edit(row.dataset.segments, shown);
      }
      if (!row || !step) return;
      const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
      event.preventDefault();
      if (next) {
        this._rove(next);
        next.focus({ preventScroll: true });
        next.scrollIntoView({ block: "nearest" });
      }
    }

    /* One row at a time is a tab stop; the arrow keys move on from it. */
    _rove(row) {
      for (const other of this.lines.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
      row.tabIndex = 0;
    }

    draw(payload) {
      const before = this.payload;
      const empty = { rows: [], columns: [], findings: [], bullets: [], refusal: "", footer: "" };
      this.payload = { ...empty, ...payload };
      if (payload.run !== before.run) this._forget();
      this.root.dataset.run = payload.run || "";
      this.byRow = new Map();
      for (const finding of this.payload.findings) {
        if (finding.decision === "fixed" || finding.decision === "dismissed") continue;
        const key = finding.segment;
        this.byRow.set(key, [...(this.byRow.get(key) || []), finding]);
      }
      const blank = this.payload.rows.length === 0;
      this.body.hidden = blank;
      this.tools.hidden = blank;
      this._drawStatus();
      this._drawColumns(before);
      this.summary.draw(before);
      this._drawRows();
      this.dock.draw(before);
      this._drawFoot(before);
      this._drawTaking(before);
      this._drawWarnings(before);
      this._showMarks();
      if (payload.run && payload.run !== before.run && !blank) this._comeIntoSight();
    }

    _forget() {
      this.rows.clear();
      this.lines.replaceChildren();
      this.open.clear();
      this.hidden.clear();
      this.marked = null;
      this.field = null;
      this.notice = null;
      this.late = null;
      this.summary.forget();
      this.dock.forget();
    }

    _drawStatus() {
      const { progress, complete, rows } = this.payload;
      const status = this.notice || this.payload.status;
      const counts = progress || { done: 0, total: 0 };
      const running = Boolean(rows.length) && !complete && !status;
      const key = running ? "working" : "finished";
      const values = { ...counts, doubts: this.payload.findings.filter((f) => !f.decision).length };
      let text = status ? this.say(status.key, { ...values, ...status.values }) : this.say(key, values);
      if (running && counts.rate) text += ` · ${this.say("rate", counts)}`;
      if (running && counts.left >= 1) text += ` · ${this.say("left", { left: Math.round(counts.left) })}`;
      this._showStatus(text, status?.level || (running ? "busy" : "done"), running, counts);
    }

    _drawColumns(before) {
      if (!this.differs(before, "columns", "run", "complete")) return;
      const corner = make("div", "wb-number", "#");
      corner.setAttribute("role", "columnheader");
      corner.setAttribute("aria-label", this.say("number"));
      const heads = this.payload.columns.map((column, index) => this._columnHead(column, index));
      this.head.replaceChildren(corner, ...heads);
      const shown = this.payload.columns.map((column, index) => this._columnSwitch(column, index));
      const all = button("wb-button", this.say("copy_all"), (event) =>
        this._copy(event.currentTarget, tableText(this.payload)));
      this.tools.replaceChildren(make("div", "wb-switches", ...shown), all);
      this._showColumns();
    }

    _columnHead(column, index) {
      const name = make("span", "wb-language", column.native);
      name.lang = column.language;
      const what = make("span", "wb-role", this.say(index ? "target" : "source"));
      const copy = button("wb-button wb-quiet", this.say("copy"), (event) =>
        this._copy(event.currentTarget, columnText(this.payload, index)));
      copy.setAttribute("aria-label", `${this.say("copy")}: ${column.native}`);
      const node = make("div", "wb-cell", name, what, copy);
      node.setAttribute("role", "columnheader");
      node.dataset.column = index;
      return node;
    }

    _columnSwitch(column, index) {
      const node = button("wb-chip", column.native, () => {
        const others = this.payload.columns.length - this.hidden.size - 1;
        if (this.hidden.has(index)) this.hidden.delete(index);
        else if (others > 0) this.hidden.add(index);
        this._showColumns();
      });
      node.lang = column.language;
      node.title = this.say("show_column");
      node.dataset.switch = index;
      return node;
    }

    _showColumns() {
      const total = this.payload.columns.length;
      this.root.style.setProperty("--wb-columns", String(Math.max(1, total - this.hidden.size)));
      for (let index = 0; index < total; index += 1) {
        this.root.classList.toggle(`wb-hide-${index}`, this.hidden.has(index));
      }
      for (const node of this.tools.querySelectorAll("[data-switch]")) {
        node.setAttribute("aria-pressed", String(!this.hidden.has(Number(node.dataset.switch))));
      }
    }

    async _copy(node, text) {
      await toClipboard(text);
      const label = node.dataset.label || node.textContent;
      node.dataset.label = label;
      node.textContent = this.say("copied");
      clearTimeout(node.timer);
      node.timer = setTimeout(() => { node.textContent = label; }, 1600);
    }

    place(id) {
      return String(this.payload.rows.findIndex((row) => row.id === id) + 1 || "");
    }

    number(text) {
      const node = make("div", "wb-number", String(text));
      node.setAttribute("role", "cell");
      return node;
    }

    cell(index, ...children) {
      const column = this.payload.columns[index];
      const chip = make("span", "wb-tag", column.native);
      chip.setAttribute("aria-hidden", "true");
      const node = make("div", "wb-cell", chip, ...children);
      node.setAttribute("role", "cell");
      node.dataset.column = index;
      node.lang = column.language;
      node.dir = column.dir;
      return node;
    }

    _drawRows() {
      this.lines.classList.toggle("wb-long", this.payload.rows.length > LONG);
      this.payload.rows.forEach((row, index) => {
        const findings = this.byRow.get(row.id) || [];
        const { complete, status } = this.payload;
        const drawn = JSON.stringify([row, findings, complete, status, this.editable]);
        const known = this.rows.get(row.id);
        if (known?.drawn === drawn || this.field?.id === row.id) return;
        const fresh = this._row(row, index, findings);
        if (known) this._replace(known.node, fresh);
        else this.lines.append(fresh);
        this.rows.set(row.id, { node: known?.node ?? fresh, drawn });
      });
      const first = this.lines.firstElementChild;
      if (first && !this.lines.querySelector('[tabindex="0"]')) first.tabIndex = 0;
    }

    redraw(id) {
      this.rows.get(id).drawn = "";
      this._drawRows();
    }

    /* Exchange a row's cells, not the row: hover, focus and the tab stop stay where they are. */
    _replace(old, fresh) {
      const focused = old.contains(document.activeElement) && document.activeElement !== old;
      old.replaceChildren(...fresh.childNodes);
      old.dataset.kind = fresh.dataset.kind;
      if (focused) old.focus({ preventScroll: true });
    }

    _row(row, index, findings) {
      const before = this.payload.rows[index - 1];
      const starts = !before || before.paragraph !== row.paragraph;
      const cells = row.cells.map((_, column) =>
        this._text(row, column, findings.filter((finding) => finding.column === column)));
      const node = make("div", `wb-row${starts ? " is-first" : ""}`, this.number(index + 1), ...cells);
      node.setAttribute("role", "row");
      node.dataset.segments = row.id;
      node.dataset.kind = row.kind;
      node.tabIndex = -1;
      return node;
    }

    _text(row, column, findings) {
      const text = row.cells[column];
      const prefix = row.prefix[column];
      const label = prefix ? make("span", "wb-prefix", `${prefix} `) : null;
      if (text === null) return this._waiting(column, label);
      const failed = row.origins[column] === "failed";
      const body = failed ? [this.say("failed")] : markedText(text, findings);
      const line = make("span", failed ? "wb-failed" : "wb-text", ...body);
      if (failed) line.lang = this.code;
      const node = this.cell(column, label, line, this._origin(row.origins[column]));
      if (row.notes[column]) node.append(this._aside("wb-note", row.notes[column]));
      if (findings.length) node.append(badges(this, findings));
      if (column && this.editable) node.append(this._editButton(row, column));
      return node;
    }

    _editButton(row, column) {
      const node = button("wb-button wb-quiet wb-edit", "✎", () => this.edit(row.id, column));
      const values = { place: this.place(row.id) };
      node.setAttribute("aria-label", `${this.say("edit_cell", values)}: ${this.payload.columns[column].native}`);
      node.title = this.say("edit_cell", values);
      return node;
    }

    _waiting(column, label) {
      const running = !this.payload.complete && !this.payload.status;
      const line = make("span", running ? "wb-waiting" : "wb-missing", running ? "…" : "—");
      return this.cell(column, label, line);
    }

    _origin(origin) {
      if (origin !== "memory" && origin !== "human") return null;
      return this._aside("wb-origin", this.say(`origin_${origin}`), "span");
    }

    /* Words of ours beside a text: in the reader's language, not in the column's. */
    _aside(className, text, tag = "p") {
      const node = make(tag, className, text);
      node.lang = this.code;
      node.dir = "auto";
      return node;
    }
  }

  function update(element, payload) {
    views.get(element)?.draw(payload || {});
  }

  function mount(element, payload, strings, ask) {
    views.set(element, new View(element, strings, ask));
    update(element, payload);
  }

  return { mount, update, speaker };
})();
