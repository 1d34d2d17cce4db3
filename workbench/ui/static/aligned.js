/* The aligned view: source and targets side by side, sentence against sentence.

   WorkbenchView.mount(element, payload, strings) draws a payload of workbench.render.payload();
   WorkbenchView.update(element, payload) changes only the rows that differ, so that hover,
   selection and scroll position survive while a translation streams in. Every text enters the
   page as a text node: nothing in a payload is ever read as HTML or script. To show a new thing,
   add a _draw… method and call it in draw(). parts.js comes before this file. */
"use strict";
window.WorkbenchView = (() => {
  const { make, button, speaker, toClipboard, columnText, tableText, markedText } = WorkbenchParts;
  const views = new WeakMap();
  const SEVERITIES = ["critical", "major", "minor"];
  const ICONS = { critical: "⬣", major: "▲", minor: "●" };
  const LONG = 300; // rows; above it the browser skips what is off the screen
  const LISTED = 60; // entries of the work list that are shown at first

  class View {
    constructor(element, strings) {
      Object.assign(this, speaker(strings));
      this.payload = { rows: [], columns: [], findings: [], bullets: [] };
      this.rows = new Map(); // row id -> {node, drawn: what it shows, as JSON}
      this.hidden = new Set();
      this.open = new Set();
      this.severity = "";
      this.listed = LISTED;
      this.root = make("section", "wb-view");
      Object.assign(this.root, { lang: this.code, id: "wb-result", tabIndex: -1 });
      this.root.setAttribute("aria-label", this.say("result"));
      this._build();
      element.replaceChildren(this.root);
    }

    _build() {
      this.status = make("p", "wb-status");
      this.status.setAttribute("role", "status");
      this.bar = make("progress", "wb-progress");
      this.bar.setAttribute("aria-label", this.say("progress"));
      this.tools = make("div", "wb-tools");
      this.head = make("div", "wb-row wb-head");
      this.bullets = make("div", "wb-bullets");
      this.lines = make("div", "wb-rows");
      this.work = make("aside", "wb-work");
      this.foot = make("footer", "wb-foot");
      this.head.setAttribute("role", "row");
      const headGroup = make("div", "wb-head-group", this.head);
      this.table = make("div", "wb-table", headGroup, this.bullets, this.lines);
      this.table.setAttribute("role", "table");
      this.table.setAttribute("aria-label", this.say("aligned"));
      for (const group of this.table.children) group.setAttribute("role", "rowgroup");
      this.work.setAttribute("aria-label", this.say("work_list"));
      const top = make("div", "wb-top", make("div", "wb-say", this.status, this.bar), this.tools);
      this.body = make("div", "wb-body", this.work, make("div", "wb-main", this.table));
      this.root.append(top, this.body, this.foot);
      this._listen();
    }

    _listen() {
      this.table.addEventListener("mouseover", (event) => this._link(this._idsAt(event.target)));
      this.table.addEventListener("mouseleave", () => this._link([]));
      this.table.addEventListener("focusin", (event) => this._link(this._idsAt(event.target)));
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
      for (const node of this.bullets.querySelectorAll("[data-segments]")) {
        const own = node.dataset.segments.split(" ");
        node.classList.toggle("is-linked", own.some((id) => wanted.has(id)));
      }
    }

    /* Mark rows and bring the first into sight; Escape goes back to where the jump began. */
    _jump(ids, origin, focusOn) {
      this.marked = new Set(ids);
      this._showMarks();
      const first = this.rows.get(ids[0])?.node;
      if (!first) return;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const far = calm || this.rows.size > LONG;
      this.origin = origin;
      const target = (focusOn && first.querySelector(focusOn)) || first;
      this._rove(first);
      target.focus({ preventScroll: true });
      first.scrollIntoView({ block: "center", behavior: far ? "auto" : "smooth" });
    }

    _showMarks() {
      for (const [id, { node }] of this.rows) {
        node.classList.toggle("is-marked", this.marked?.has(id) ?? false);
      }
      for (const node of this.bullets.querySelectorAll("[data-segments]")) {
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
        const key = finding.segment;
        this.byRow.set(key, [...(this.byRow.get(key) || []), finding]);
      }
      const blank = this.payload.rows.length === 0;
      this.body.hidden = blank;
      this.tools.hidden = blank;
      this._drawStatus();
      this._drawColumns(before);
      this._drawBullets(before);
      this._drawRows();
      this._drawWork(before);
      this._drawFoot(before);
      this._showMarks();
      if (payload.run && payload.run !== before.run && !blank) this._comeIntoSight();
    }

    /* Where the page is long above the view, as on a telephone, a new run would start unseen. */
    _comeIntoSight() {
      if (this.root.getBoundingClientRect().top < innerHeight * 0.75) return;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.root.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
    }

    _forget() {
      this.rows.clear();
      this.lines.replaceChildren();
      this.open.clear();
      this.hidden.clear();
      this.marked = null;
      this.severity = "";
      this.listed = LISTED;
    }

    _differs(before, ...names) {
      return names.some((name) => JSON.stringify(before[name]) !== JSON.stringify(this.payload[name]));
    }

    _drawStatus() {
      const { status, progress, complete, rows } = this.payload;
      const counts = progress || { done: 0, total: 0 };
      const running = Boolean(rows.length) && !complete && !status;
      const key = running ? "working" : "finished";
      const values = { ...counts, doubts: this.payload.findings.length };
      let text = status ? this.say(status.key, { ...values, ...status.values }) : this.say(key, values);
      if (running && counts.rate) text += ` · ${this.say("rate", counts)}`;
      if (running && counts.left >= 1) text += ` · ${this.say("left", { left: Math.round(counts.left) })}`;
      if (this.status.textContent !== text) this.status.textContent = text;
      this.status.dataset.level = status?.level || (running ? "busy" : "done");
      this.status.setAttribute("aria-live", running ? "off" : "polite");
      this.bar.hidden = !running;
      this.bar.max = counts.total || 1;
      this.bar.value = counts.done;
      this.root.setAttribute("aria-busy", String(running));
    }

    _drawColumns(before) {
      if (!this._differs(before, "columns", "run", "complete")) return;
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

    _drawBullets(before) {
      if (!this._differs(before, "bullets", "refusal", "complete", "run")) return;
      const { bullets, refusal, complete, coverage } = this.payload;
      const key = bullets.length ? "key_points" : refusal ? "no_key_points" : "key_points_follow";
      const title = make("span", "wb-title", this.say(key));
      const note = refusal || (bullets.length && coverage
        ? this.say("coverage", { percent: Math.round(coverage * 100) }) : "");
      const cell = make("div", "wb-caption", title, note ? make("span", "wb-hint", note) : null);
      cell.setAttribute("role", "cell");
      const caption = make("div", "wb-row-wide", cell);
      caption.setAttribute("role", "row");
      this.bullets.hidden = !bullets.length && !refusal && complete;
      this.bullets.replaceChildren(caption, ...bullets.map((bullet) => this._bullet(bullet)));
    }

    _bullet(bullet) {
      const places = bullet.segments.map((id) => this._place(id)).join(", ");
      const cells = bullet.texts.map((text, index) => {
        const node = button("wb-bullet", text, (event) =>
          this._jump(bullet.segments, event.currentTarget));
        node.title = this.say("go_to", { place: places });
        return this._cell(index, node);
      });
      const row = make("div", "wb-row wb-bullet-row", this._number(places), ...cells);
      row.setAttribute("role", "row");
      row.dataset.segments = bullet.segments.join(" ");
      return row;
    }

    _place(id) {
      return String(this.payload.rows.findIndex((row) => row.id === id) + 1 || "");
    }

    _number(text) {
      const node = make("div", "wb-number", String(text));
      node.setAttribute("role", "cell");
      return node;
    }

    _cell(index, ...children) {
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
        const drawn = JSON.stringify([row, findings, this.payload.complete, this.payload.status]);
        const known = this.rows.get(row.id);
        if (known?.drawn === drawn) return;
        const fresh = this._row(row, index, findings);
        if (known) this._replace(known.node, fresh);
        else this.lines.append(fresh);
        this.rows.set(row.id, { node: known?.node ?? fresh, drawn });
      });
      const first = this.lines.firstElementChild;
      if (first && !this.lines.querySelector('[tabindex="0"]')) first.tabIndex = 0;
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
      const node = make("div", `wb-row${starts ? " is-first" : ""}`, this._number(index + 1), ...cells);
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
      const node = this._cell(column, label, line, this._origin(row.origins[column]));
      if (row.notes[column]) node.append(this._aside("wb-note", row.notes[column]));
      if (findings.length) node.append(this._badges(findings));
      return node;
    }

    _waiting(column, label) {
      const running = !this.payload.complete && !this.payload.status;
      const line = make("span", running ? "wb-waiting" : "wb-missing", running ? "…" : "—");
      return this._cell(column, label, line);
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

    /* A badge per kind of doubt; it opens the reasons. */
    _badges(findings) {
      const box = make("div", "wb-badges");
      box.lang = this.code;
      const kinds = new Map();
      for (const finding of findings) {
        kinds.set(finding.check, [...(kinds.get(finding.check) || []), finding]);
      }
      for (const group of kinds.values()) box.append(...this._badge(group));
      return box;
    }

    _badge(group) {
      const [{ check, id }] = group;
      const severity = SEVERITIES.find((level) => group.some((f) => f.severity === level));
      const reasons = make("ul", `wb-reasons wb-${severity}`,
        ...group.map((finding) => make("li", "", finding.message)));
      reasons.id = `wb-reasons-${id}`;
      reasons.lang = "en";
      const node = button(`wb-badge wb-${severity}`, "", () => {
        if (this.open.has(id)) this.open.delete(id);
        else this.open.add(id);
        show();
      });
      const show = () => {
        reasons.hidden = !this.open.has(id);
        node.setAttribute("aria-expanded", String(!reasons.hidden));
      };
      node.append(this._icon(severity), this._checkName(check));
      if (group.length > 1) node.append(` ×${group.length}`);
      node.title = group.map((finding) => finding.message).join("\n");
      node.dataset.findings = group.map((finding) => finding.id).join(" ");
      node.setAttribute("aria-controls", reasons.id);
      show();
      return [node, reasons];
    }

    _icon(severity) {
      const shape = make("span", "wb-icon", ICONS[severity]);
      shape.setAttribute("aria-hidden", "true");
      const name = make("span", "wb-off-screen", `${this.say(severity)}: `);
      return make("span", "wb-severity", shape, name);
    }

    _checkName(check) {
      return this.has(`check_${check}`) ? this.say(`check_${check}`) : check;
    }

    _drawWork(before) {
      if (!this._differs(before, "findings", "complete", "status", "run")) return;
      const { findings, complete, status } = this.payload;
      const title = make("h2", "wb-title", this.say("work_list"));
      if (findings.length) title.append(make("span", "wb-count", String(findings.length)));
      if (!findings.length) {
        const key = complete ? "no_doubts" : status ? "doubts_stopped" : "doubts_follow";
        this.work.replaceChildren(title, make("p", "wb-hint", this.say(key)));
        return;
      }
      const shown = findings.filter((f) => !this.severity || f.severity === this.severity);
      const list = make("ol", "wb-list", ...shown.slice(0, this.listed).map((f) => this._entry(f)));
      this.work.replaceChildren(title, this._filters(findings), list);
      if (shown.length > this.listed) this.work.append(this._more(shown.length));
    }

    _filters(findings) {
      const box = make("div", "wb-filters");
      const levels = SEVERITIES.filter((level) => findings.some((f) => f.severity === level));
      for (const level of levels.length > 1 ? levels : []) {
        const count = findings.filter((f) => f.severity === level).length;
        const node = button(`wb-chip wb-${level}`, "", () => {
          this.severity = this.severity === level ? "" : level;
          this._drawWork({});
          this.work.querySelector(`.wb-chip.wb-${level}`).focus();
        });
        node.append(`${ICONS[level]} ${this.say(level)} ${count}`);
        node.setAttribute("aria-pressed", String(this.severity === level));
        box.append(node);
      }
      return box;
    }

    _more(total) {
      return button("wb-button", this.say("show_all", { total }), () => {
        this.listed = Infinity;
        this._drawWork({});
      });
    }

    _entry(finding) {
      const column = this.payload.columns[finding.column];
      const place = [this._place(finding.segment), column.native].filter(Boolean).join(" · ");
      const head = make("span", "wb-entry-head", this._icon(finding.severity),
        make("span", "wb-place", place), make("span", "wb-check", this._checkName(finding.check)));
      const reason = make("span", "wb-entry-reason", finding.message);
      reason.lang = "en";
      const node = button(`wb-entry wb-${finding.severity}`, "", (event) => {
        if (!finding.segment) return;
        const badge = `[data-findings~="${finding.id}"]`;
        this._jump([finding.segment], event.currentTarget, badge);
      });
      node.append(head, reason);
      return make("li", "", node);
    }

    _drawFoot(before) {
      if (!this._differs(before, "footer", "run")) return;
      const { footer } = this.payload;
      this.foot.hidden = !footer;
      const lines = footer.split("\n").map((line) => make("code", "", line));
      const summary = make("summary", "", this.say("made_by"));
      this.foot.replaceChildren(make("details", "", summary, ...lines));
    }
  }

  function update(element, payload) {
    views.get(element)?.draw(payload || {});
  }

  function mount(element, payload, strings) {
    views.set(element, new View(element, strings));
    update(element, payload);
  }

  return { mount, update, speaker };
})();
