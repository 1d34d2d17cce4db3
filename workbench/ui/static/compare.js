/* The view of a comparison: the source and what each system made of it, row by row.

   CompareView.mount(element, payload, strings, ask) draws a payload of workbench.compare.view;
   CompareView.update(element, payload) changes only the rows that differ. ask(wish) has the server
   do what a reader wants (workbench.ui.compare_desk); without it, as in a report, the view is for
   reading. Every text enters the page as a text node. A new panel is a class with {name, label(),
   count(), node, draw(before), forget()} and a line in _panels(). */
"use strict";
window.CompareView = (() => {
  const { make, button } = WorkbenchParts;
  const views = new WeakMap();
  const EMPTY = { rows: [], systems: [], buckets: [], charts: [], footer: "", complete: false };

  class View extends WorkbenchBase {
    constructor(element, strings, ask, figures) {
      super(strings, ask);
      this.payload = EMPTY;
      this._restart();
      this.root = make("section", "wb-view wb-compare");
      Object.assign(this.root, { lang: this.code, tabIndex: -1 });
      this.root.setAttribute("aria-label", this.say("compare_view"));
      this._build(figures);
      element.replaceChildren(this.root);
    }

    _restart() {
      this.base = undefined; // a system's number, "reference", or null: nothing is marked
      this.place = { id: "", system: 0 }; // the cell that keys act on
      this.best = false; // whether the best-of translation has a column
      this.field = null; // {id, system}: the cell that is being edited
      this.origin = null; // where a jump began
      this.visited = false; // whether the reader goes through the rows to look at first
      this.notice = this.late = null;
      this.open.clear();
    }

    _build(figures) {
      this.live = make("p", "wb-off-screen wb-said");
      this.live.setAttribute("role", "status");
      this.rows = new WorkbenchCompareRows(this);
      this.filter = new WorkbenchCompareFilter(this);
      this.dock = new WorkbenchDock(this, this._panels(figures));
      this.head = make("div", "wb-row wb-head");
      this.head.setAttribute("role", "row");
      const headGroup = make("div", "wb-head-group", this.head);
      for (const group of [headGroup, this.rows.node]) group.setAttribute("role", "rowgroup");
      this.table = make("div", "wb-table", headGroup, this.rows.node);
      this.table.setAttribute("role", "grid");
      this.table.setAttribute("aria-label", this.say("compare_grid"));
      this.scroller = make("div", "wb-scroller", this.table);
      this.tools = make("div", "wb-tools");
      this.keys = WorkbenchCompareKeys.dialog(this);
      const top = make("div", "wb-top", make("div", "wb-say", this.status, this.bar), this.taking);
      this.body = make("div", "wb-versus", this.dock.node, this.tools, this.filter.node, this.scroller);
      this.root.append(top, this.warnings, this.body, this.foot, this.live, this.keys);
      // What a screen reader says before and after a change stands in no copied text.
      for (const kind of ["ins", "del"]) {
        this.root.style.setProperty(`--wb-${kind}-word`, JSON.stringify(`[${this.say(`compare_${kind}`)}: `));
      }
      this.root.addEventListener("keydown", (event) => WorkbenchCompareKeys.onKey(this, event));
    }

    /* A report has the figures around the view. */
    _panels(figures) {
      const { Systems, Agreement, Parts, Ranking, Charts } = WorkbenchComparePanels;
      const panels = figures ? [Systems, WorkbenchCompareFirst, Agreement, Parts, Ranking, Charts] : [WorkbenchCompareFirst];
      return panels.map((Panel) => new Panel(this));
    }

    draw(payload) {
      const before = this.payload;
      this.payload = { ...EMPTY, ...payload };
      if (payload.run !== before.run) this._forget();
      const written = this.payload.rows.map((row) => this.rows.json(row)).join("\n");
      this.rowsChanged = written !== this.written;
      this.written = written;
      this.root.dataset.run = payload.run || "";
      this.root.classList.toggle("is-blind", Boolean(this.payload.blind));
      const blank = !this.payload.rows.length;
      this.body.hidden = blank;
      this._chooseBase(before);
      this._drawStatus();
      this._drawTaking(before);
      this._drawWarnings(before);
      this._drawFoot(before);
      this.filter.draw(before);
      this.dock.draw(before);
      this._drawTable(before);
      if (payload.run && payload.run !== before.run && !blank) this._comeIntoSight();
    }

    _forget() {
      this._restart();
      this.rows.forget();
      this.filter.forget();
      this.dock.forget();
    }

    /* The first system is the base at first, and again when names are hidden or shown. */
    _chooseBase(before) {
      const { systems, blind } = this.payload;
      if (this.base === undefined && systems.length) this.base = systems.length > 1 ? 0 : null;
      if (Boolean(blind) !== Boolean(before.blind)) this.base = 0;
      if (!this.bases().includes(this.base)) this.base = null;
    }

    /* What cells can be held against, in the order in which a key goes through them. */
    bases() {
      const { rows } = this.payload;
      const given = rows.some((row) => row.reference.length) ? ["reference"] : [];
      return [null, ...given, ...this.present()];
    }

    setBase(base) {
      this.base = base;
      this.announce(this.say("compare_base_is", { name: this.baseName(base) }));
      this._drawHead();
      this.rows.draw();
    }

    stepBase(step) {
      const bases = this.bases();
      this.setBase(bases[(bases.indexOf(this.base) + step + bases.length) % bases.length]);
    }

    baseName(base) {
      if (base === null) return this.say("compare_no_base");
      return base === "reference" ? this.say("compare_reference_column") : this.systemName(base);
    }

    systemName(system) {
      const { name } = this.payload.systems[system];
      return this.payload.blind ? name : `${system + 1} ${name}`;
    }

    row(id) {
      return this.payload.rows.find((row) => row.id === id);
    }

    number(id) {
      return this.payload.rows.findIndex((row) => row.id === id) + 1;
    }

    announce(text) {
      this.live.textContent = text;
    }

    _drawStatus() {
      const { complete, rows, systems, progress } = this.payload;
      const status = this.notice || this.payload.status;
      const running = Boolean(rows.length) && !complete && !status;
      const counts = progress || { done: 0, total: 0 };
      const now = systems.find((system) => system.state === "running");
      const failed = systems.filter((system) => system.state === "failed").length;
      let text = status ? this.say(status.key, status.values || {})
        : this.say(running ? "compare_working" : "compare_finished", { ...counts, rows: rows.length, systems: systems.length - failed });
      if (running && now) text += ` · ${this.say("compare_at_work", { name: now.name })}`;
      if (failed) text += ` · ${this.say("compare_failed_count", { count: failed })}`;
      this._showStatus(text, status?.level || (running ? "busy" : "done"), running, counts);
    }

    _drawTable(before) {
      const names = ["systems", "desk", "blind", "run", "undo", "complete", "source", "target"];
      const picks = (payload) => payload.rows.map((row) => row.pick);
      if (this.differs(before, ...names)) this._drawHead();
      if (this.differs(before, ...names) || String(picks(before)) !== String(picks(this.payload))) this._drawTools();
      this.rows.draw();
    }

    /* Everything that depends on what the reader set here, not on the payload. */
    redraw() {
      this._drawHead();
      this._drawTools();
      this.rows.draw();
    }

    columns() {
      const { rows } = this.payload;
      const given = rows.some((row) => row.reference.length) ? [{ kind: "reference" }] : [];
      const best = this.best ? [{ kind: "best" }] : [];
      return [{ kind: "source" }, ...given, ...best, ...this.present().map((system) => ({ kind: "system", system }))];
    }

    /* The systems that have a column: all but those that failed and left nothing. */
    present() {
      const { systems } = this.payload;
      return systems.map((_, system) => system).filter((s) => systems[s].state !== "failed" || systems[s].done);
    }

    _drawHead() {
      const columns = this.columns();
      // To set it anew would have the browser style the whole table again.
      if (columns.length !== this.width) this.root.style.setProperty("--wb-columns", String(columns.length - 1));
      this.width = columns.length;
      const corner = make("div", "wb-number", "#");
      corner.setAttribute("role", "columnheader");
      corner.setAttribute("aria-label", this.say("number"));
      const focused = document.activeElement?.dataset?.base;
      this.head.replaceChildren(corner, ...columns.map((column) => this._headCell(column)));
      this.table.setAttribute("aria-colcount", String(columns.length + 1));
      if (focused) this.head.querySelector(`[data-base="${focused}"]`)?.focus({ preventScroll: true });
    }

    _headCell(column) {
      const { source } = this.payload;
      const plain = { source: source?.native, best: this.say("compare_best_column"), reference: this.say("compare_reference_column") };
      const node = column.kind === "system" ? this._systemHead(column.system)
        : make("div", `wb-cell wb-${column.kind}`, make("span", "wb-language", plain[column.kind]));
      if (column.kind === "source") node.append(make("span", "wb-role", this.say("source")));
      if (column.kind === "reference") node.append(this._baseButton("reference"));
      node.setAttribute("role", "columnheader");
      return node;
    }

    _systemHead(system) {
      const { name } = this.payload.systems[system];
      const number = this.payload.blind ? null : make("span", "wb-key", String(system + 1));
      const title = make("span", "wb-language", number, name);
      const node = make("div", "wb-cell wb-system", title, WorkbenchComparePanels.badges(this, system));
      node.classList.toggle("is-base", this.base === system);
      node.append(this._baseButton(system));
      node.dataset.system = system;
      return node;
    }

    _baseButton(base) {
      const chosen = this.base === base;
      const node = button("wb-chip", this.say("compare_base"), () => this.setBase(chosen ? null : base));
      node.dataset.base = base;
      node.title = this.say("compare_base_hint");
      node.setAttribute("aria-pressed", String(chosen));
      node.setAttribute("aria-label", `${this.say("compare_base")}: ${this.baseName(base)}`);
      return node;
    }

    _drawTools() {
      const focused = document.activeElement?.dataset?.tool;
      const lean = this.root.classList.contains("is-lean");
      const gone = this._tool("gone", "compare_gone", () => {
        this.root.classList.toggle("is-lean");
        this._drawTools();
      }, !lean);
      const parts = [this._bestTools(), this._deskTools(), make("div", "wb-switches", gone), this._tool("keys", "compare_keys", () => this.keys.showModal())];
      this.tools.replaceChildren(...parts.filter(Boolean));
      if (focused) this.tools.querySelector(`[data-tool="${focused}"]`)?.focus({ preventScroll: true });
    }

    _tool(name, word, act, pressed) {
      const node = button(pressed === undefined ? "wb-button" : "wb-chip", this.say(word), act);
      node.dataset.tool = name;
      if (pressed !== undefined) node.setAttribute("aria-pressed", String(pressed));
      if (this.has(`${word}_hint`)) node.title = this.say(`${word}_hint`);
      return node;
    }

    _bestTools() {
      const { rows, blind, complete } = this.payload;
      const picked = rows.filter((row) => row.pick !== null).length;
      if (blind || !complete || (!picked && !this.editable)) return null;
      const show = this._tool("best", "compare_best", () => {
        this.best = !this.best;
        this.redraw();
      }, this.best);
      const count = make("span", "wb-hint", this.say("compare_picked", { picked, total: rows.length }));
      const group = make("div", "wb-switches", show, count);
      if (!this.editable) return group;
      const fill = this._tool("assemble", "compare_assemble", () => this._assemble());
      const keep = this._tool("keep", "compare_keep", () => this.act({ do: "keep" }));
      fill.disabled = picked === rows.length;
      keep.disabled = !picked;
      group.append(fill, keep);
      return group;
    }

    _assemble() {
      this.best = true;
      this.redraw();
      return this.act({ do: "assemble" });
    }

    _deskTools() {
      if (!this.editable) return null;
      const { blind, undo } = this.payload;
      const test = this._tool("blind", "compare_blind", () => this.act({ do: "blind", on: !blind }), Boolean(blind));
      const back = this._tool("undo", "undo_step", () => this.undo());
      test.disabled = this.present().length < 2;
      back.disabled = !undo;
      const group = make("div", "wb-switches", test, back);
      if (blind) group.append(make("span", "wb-hint", this.say("compare_blind_on")));
      return group;
    }

    /* Bring a row into sight; Escape goes back to where the jump began. */
    jump(id, origin) {
      if (!this.filter.has(id)) this.filter.clear();
      this.origin = origin;
      this.rows.go(id, this.place.system, "center");
    }

    /* What a reader does to a cell; each says what was done. */
    vote(id, system) {
      if (!this._can(id, system)) return;
      this.announce(this.say("compare_voted", { number: this.number(id), name: this.systemName(system) }));
      this._change(id, { votes: WorkbenchCompareText.bestOf(this.row(id), system) }, { do: "vote", system });
    }

    compare(id, system, outcome) {
      if (typeof this.base !== "number" || this.base === system || !this._can(id, system)) return;
      const values = { number: this.number(id), name: this.systemName(system), base: this.systemName(this.base) };
      this.announce(this.say(`compare_said_${outcome}`, values));
      const pair = [system, this.base];
      const others = this.row(id).votes.filter((vote) => !(pair.includes(vote.system) && pair.includes(vote.other)));
      const votes = [...others, { system, other: this.base, outcome }];
      this._change(id, { votes }, { do: "compare", system, other: this.base, outcome });
    }

    pick(id, system) {
      if (this.payload.blind || !this._can(id, system)) return;
      const taken = this.row(id).pick === system;
      const values = { number: this.number(id), name: this.systemName(system) };
      this.announce(this.say(taken ? "compare_unpicked" : "compare_took", values));
      const pick = taken ? null : system;
      this._change(id, { pick }, { do: "pick", system: pick });
    }

    /* Show at once what the server will say; what it does not take is taken back. */
    _change(id, values, wish) {
      const row = this.row(id);
      const former = { votes: row.votes, pick: row.pick };
      const show = (shown) => {
        Object.assign(row, shown);
        this.rows.refresh(row);
        this._drawTools();
      };
      show(values);
      return this.act({ ...wish, segment: id }).then((reply) => {
        if (!reply?.view) show(former);
        return reply;
      });
    }

    _can(id, system) {
      return this.editable && Boolean(this.row(id)?.cells[system]);
    }

    edit(id, system) {
      const row = this.row(id);
      if (!this.editable || this.payload.blind || this.field || row?.cells[system] == null) return;
      this.rows.edit(row, system);
    }
  }

  function update(element, payload) {
    views.get(element)?.draw(payload || {});
  }

  function mount(element, payload, strings, ask) {
    views.set(element, new View(element, strings, ask, payload?.figures !== false));
    update(element, payload);
  }

  return { mount, update };
})();
