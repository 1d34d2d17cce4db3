/* The rows of a comparison: empty at first, filled where the reader looks, the rest in slices. */
"use strict";
window.WorkbenchCompareRows = (() => {
  const { make, button } = WorkbenchParts;
  const { marked, verdicts } = WorkbenchCompareText;
  const { badges } = WorkbenchBadges;
  const FIRST = 12; // rows that are filled at once
  const SLICE = 14; // milliseconds of filling before the page may do something else
  const LONG = 300; // rows; above it the browser skips what is off the screen
  const NEAR = "700px"; // around what is in sight
  const OUTCOMES = [["better", "＋"], ["equal", "＝"], ["worse", "－"]];

  return class Rows {
    constructor(view) {
      Object.assign(this, { view, node: make("div", "wb-rows"), written: new WeakMap() });
      this.watch = new IntersectionObserver((seen) => this._onSeen(seen), { rootMargin: NEAR });
      this.node.addEventListener("focusin", (event) => this._onFocus(event));
      this.node.addEventListener("mouseover", (event) => this._equip(event.target.closest(".wb-row")));
      this.node.addEventListener("click", (event) => this._onClick(event));
      this.node.addEventListener("dblclick", (event) => this._onDouble(event));
      this.forget();
    }

    forget() {
      this.known = new Map(); // row id -> {node, row, drawn: what it shows}
      this.near = new Set(); // nodes in sight or close to it
      this.waiting = new Set(); // ids of rows that have to be filled
      this.order = "";
      this.stop = this.current = null; // the cell that Tab reaches, the row of the last focus
      this.watch.disconnect();
      this.node.replaceChildren();
    }

    draw() {
      const { view } = this;
      this.around = JSON.stringify([view.base, view.best, view.editable, view.payload.blind, view.payload.complete,
        view.payload.status, view.payload.systems.map(({ name, state }) => [name, state])]);
      this.node.classList.toggle("wb-long", view.payload.rows.length > LONG);
      view.payload.rows.forEach((row, index) => this._shell(row, index));
      this._lay(view.filter.ordered(), new Set(view.filter.shown()));
      for (const [id, known] of this.known) if (known.drawn !== this._stamp(known.row)) this.waiting.add(id);
      const first = view.filter.shown().slice(0, FIRST).map((row) => this.known.get(row.id).node);
      for (const node of this.near.size ? this.near : first) this._fill(node.dataset.segment);
      this._later();
    }

    _shell(row, index) {
      const known = this.known.get(row.id);
      if (known) {
        known.row = row;
        return;
      }
      const node = make("div", "wb-row");
      node.setAttribute("role", "row");
      node.setAttribute("aria-rowindex", String(index + 2));
      Object.assign(node.dataset, { segment: row.id, kind: row.kind || "sentence" });
      this.known.set(row.id, { node, row, index, drawn: "" });
      this.watch.observe(node);
    }

    /* A row as JSON, made once for each value. */
    json(row) {
      if (!this.written.has(row)) this.written.set(row, JSON.stringify(row));
      return this.written.get(row);
    }

    _stamp(row) {
      return this.json(row) + this.around;
    }

    /* Put the rows into an order and show some: to hide is far quicker than to take out. */
    _lay(rows, shown) {
      const { view } = this;
      const focused = this.node.contains(document.activeElement);
      const order = rows.map((row) => row.id).join(" ");
      if (order !== this.order) {
        this.order = order;
        this.node.replaceChildren(...rows.map((row) => this.known.get(row.id).node));
        view.table.setAttribute("aria-rowcount", String(rows.length + 1));
      }
      for (const row of rows) {
        const { node } = this.known.get(row.id);
        if (node.hidden === shown.has(row)) node.hidden = !shown.has(row);
      }
      if (!shown.has(this.known.get(view.place.id)?.row)) view.place.id = view.filter.shown()[0]?.id ?? "";
      if (focused) this._cellOf(view.place)?.focus({ preventScroll: true });
    }

    /* Draw a row whose value was changed here. */
    refresh(row) {
      this.written.delete(row);
      this.waiting.add(row.id);
      this._fill(row.id);
    }

    _onSeen(seen) {
      for (const { target, isIntersecting } of seen) {
        if (isIntersecting) this.near.add(target);
        else this.near.delete(target);
        if (isIntersecting) this._fill(target.dataset.segment);
      }
    }

    _later() {
      if (this.timer || !this.waiting.size) return;
      this.timer = setTimeout(() => {
        this.timer = null;
        const end = performance.now() + SLICE;
        for (const id of this.waiting) {
          if (performance.now() > end) break;
          this._fill(id);
        }
        this._later();
      }, 16);
    }

    _fill(id) {
      const known = this.known.get(id);
      if (!this.waiting.has(id) || this.view.field?.id === id) return;
      this.waiting.delete(id);
      const focused = known.node.contains(document.activeElement) ? document.activeElement.closest("[data-system]") : null;
      known.node.replaceChildren(this._number(known), ...this.view.columns().map((column) => this._cell(known.row, column)));
      known.node.classList.remove("is-equipped");
      known.drawn = this._stamp(known.row);
      if (id === this.view.place.id) this._rove();
      if (known.node.matches(":hover") || focused) this._equip(known.node);
      if (focused) this._cellOf({ id, system: Number(focused.dataset.system) })?.focus({ preventScroll: true });
    }

    _number({ row, index }) {
      const node = make("div", "wb-number", String(index + 1));
      node.setAttribute("role", "rowheader");
      if (row.disagreement !== null && row.disagreement !== undefined) {
        const share = make("span", "wb-apart", String(Math.round(row.disagreement)));
        share.title = this.view.say("compare_disagreement", { value: row.disagreement });
        share.style.setProperty("--wb-share", `${Math.min(100, row.disagreement)}%`);
        share.append(make("span", "wb-off-screen", ` ${this.view.say("compare_apart")}`));
        node.append(share);
      }
      return node;
    }

    _cell(row, column) {
      if (column.kind === "system") return this._systemCell(row, column.system);
      const { view } = this;
      const words = { source: view.say("source"), reference: view.say("compare_reference_column"), best: view.say("compare_best_column") };
      const language = view.payload[column.kind === "source" ? "source" : "target"];
      const tag = make("span", "wb-tag", column.kind === "source" ? language.native : words[column.kind]);
      const prefix = column.kind === "source" && row.prefix ? make("span", "wb-prefix", `${row.prefix} `) : null;
      const node = make("div", `wb-cell wb-${column.kind}`, tag, prefix, ...this._plain(row, column.kind));
      Object.assign(node, { lang: language.language, dir: language.dir || "auto" });
      node.setAttribute("role", "gridcell");
      return node;
    }

    _plain(row, kind) {
      if (kind === "source") return [make("span", "wb-text", row.source)];
      if (kind === "reference") return row.reference.map((text) => make("p", "wb-text", text));
      const text = row.pick === null ? null : row.cells[row.pick];
      if (!text) return [make("span", "wb-missing", "—")];
      const from = make("span", "wb-sign", this.view.say("compare_from", { name: this.view.systemName(row.pick) }));
      from.lang = this.view.code;
      return [make("span", "wb-text", text), make("div", "wb-signs", from)];
    }

    _systemCell(row, system) {
      const { view } = this;
      const { language, dir } = view.payload.target;
      const tag = make("span", "wb-tag", view.systemName(system));
      tag.lang = view.code;
      const findings = row.findings[system].map((doubt, at) => ({ ...doubt, id: `${row.id}-${system}-${at}` }));
      const node = make("div", "wb-cell wb-system", tag, ...this._words(row, system, findings));
      const signs = this._signs(row, system);
      const foot = make("div", "wb-signs", ...signs);
      foot.lang = view.code;
      if (signs.length || view.editable) node.append(foot);
      if (findings.length) node.append(badges(view, findings));
      Object.assign(node, { lang: language, dir: dir || "auto", tabIndex: -1 });
      node.setAttribute("role", "gridcell");
      node.dataset.system = system;
      node.classList.toggle("is-base", view.base === system);
      node.classList.toggle("is-picked", row.pick === system);
      return node;
    }

    _words(row, system, findings) {
      const { view } = this;
      const text = row.cells[system];
      if (text === null || row.origins[system] === "failed") return [this._absent(row, system)];
      const base = view.base === null || view.base === system ? null
        : view.base === "reference" ? row.reference[0] : row.cells[view.base];
      const { nodes, apart } = marked(text, base, view.payload.target.language, findings);
      if (!apart) return [make("span", "wb-text", ...nodes)];
      const other = make("span", "wb-sign wb-other-text", view.say("compare_other_text"));
      other.lang = view.code;
      return [make("span", "wb-text", ...nodes), " ", other];
    }

    _absent(row, system) {
      const { view } = this;
      const { state } = view.payload.systems[system];
      if (state === "failed" || row.origins[system] === "failed") {
        const node = make("span", "wb-failed", view.say("failed"));
        node.lang = view.code;
        return node;
      }
      const running = !view.payload.complete && !view.payload.status;
      return make("span", running ? "wb-waiting" : "wb-missing", running ? "…" : "—");
    }

    /* What people and the others say of a cell: taken, best, consensus, edited, its score. */
    _signs(row, system) {
      const { view } = this;
      const sign = (kind, word, values) => make("span", `wb-sign wb-sign-${kind}`, view.say(word, values));
      const signs = verdicts(row, system).map(([word, other]) =>
        sign("vote", `compare_sign_${word}`, { name: other === null ? "" : this._short(other) }));
      if (row.pick === system) signs.unshift(sign("pick", "compare_sign_pick"));
      // Consensus and scores are about the words of the system, not about those of a person.
      if (row.consensus === system && !row.edited[system]) signs.push(this._consensus(row, system));
      if (row.edited[system]) signs.push(sign("edited", "origin_human"));
      else if (row.origins[system] === "memory") signs.push(sign("edited", "origin_memory"));
      const score = row.scores?.chrf?.[system];
      if (typeof score === "number" && !row.edited[system]) signs.push(sign("score", "compare_row_score", { value: score }));
      return signs;
    }

    _short(system) {
      return this.view.payload.blind ? this.view.payload.systems[system].name : String(system + 1);
    }

    _consensus(row, system) {
      const { view } = this;
      const others = (row.supporters || []).filter((other) => other !== system);
      const key = others.length ? "compare_sign_consensus_with" : "compare_sign_consensus";
      const node = make("span", "wb-sign wb-sign-consensus", view.say(key, { names: others.map((o) => this._short(o)).join(", ") }));
      node.title = view.say("compare_consensus_hint", { names: others.map((o) => view.systemName(o)).join(", ") || "—" });
      return node;
    }

    /* Buttons are made for the row that the pointer or the focus is in: thousands would slow the page. */
    _equip(node) {
      if (!this.view.editable || !node || node.classList.contains("is-equipped")) return;
      const known = this.known.get(node.dataset.segment);
      if (!known || this.waiting.has(known.row.id)) return;
      node.classList.add("is-equipped");
      for (const cell of node.querySelectorAll(".wb-system")) {
        const system = Number(cell.dataset.system);
        if (known.row.cells[system]) cell.querySelector(".wb-signs").append(this._tools(known.row, system));
      }
    }

    _tools(row, system) {
      const { view } = this;
      const tool = (name, sign, word, pressed) => {
        const node = button("wb-act", sign, () => {});
        node.dataset.act = name;
        node.tabIndex = -1;
        node.title = view.say(word, { name: view.systemName(system), base: view.baseName(view.base) });
        node.setAttribute("aria-label", node.title);
        if (pressed !== undefined) node.setAttribute("aria-pressed", String(pressed));
        return node;
      };
      const best = verdicts(row, system).some(([word]) => word === "best");
      const tools = [tool("vote", "★", "compare_do_vote", best)];
      if (view.payload.blind) {
        if (system !== view.base && typeof view.base === "number") {
          tools.push(...OUTCOMES.map(([outcome, sign]) => tool(outcome, sign, `compare_do_${outcome}`)));
        }
      } else tools.push(tool("pick", "✓", "compare_do_pick", row.pick === system), tool("edit", "✎", "compare_do_edit"));
      return make("span", "wb-acts", ...tools);
    }

    _onClick(event) {
      const act = event.target.closest("[data-act]")?.dataset.act;
      const place = this._placeOf(event.target);
      if (!act || !place) return;
      const { id, system } = place;
      const { view } = this;
      if (act === "vote") view.vote(id, system);
      else if (act === "pick") view.pick(id, system);
      else if (act === "edit") view.edit(id, system);
      else view.compare(id, system, act);
    }

    _onDouble(event) {
      const place = this._placeOf(event.target);
      if (place && !event.target.closest("button, textarea")) this.view.edit(place.id, place.system);
    }

    _placeOf(node) {
      const cell = node.closest?.(".wb-cell[data-system]");
      const row = node.closest?.(".wb-row[data-segment]");
      return cell && row ? { id: row.dataset.segment, system: Number(cell.dataset.system) } : null;
    }

    _cellOf({ id, system }) {
      return this.known.get(id)?.node.querySelector(`.wb-cell[data-system="${system}"]`);
    }

    _onFocus(event) {
      const place = this._placeOf(event.target);
      if (!place) return;
      this.view.place = place;
      this._rove();
      this.current?.classList.remove("is-current");
      this.current = this.known.get(place.id).node;
      this.current.classList.add("is-current");
      this._equip(this.known.get(place.id).node);
    }

    /* One cell at a time is a tab stop; the arrow keys move on from it. */
    _rove() {
      if (this.stop) this.stop.tabIndex = -1;
      this.stop = this._cellOf(this.view.place) ?? null;
      if (this.stop) this.stop.tabIndex = 0;
    }

    /* Go to a row and system, which get the focus. */
    go(id, system, block = "nearest") {
      const known = this.known.get(id);
      if (!known) return;
      this._fill(id);
      this.view.place = { id, system };
      const cell = this._cellOf(this.view.place) ?? known.node.querySelector(".wb-system");
      cell?.focus({ preventScroll: true });
      (block === "nearest" ? cell : known.node)?.scrollIntoView({ block, inline: "nearest" });
    }

    /* Move by rows (down) and systems (right) from the cell that keys act on. */
    step(down, right) {
      const { place } = this.view;
      const systems = this.view.present();
      const shown = this.view.filter.shown();
      const row = shown[shown.findIndex(({ id }) => id === place.id) + down];
      const at = Math.min(systems.length - 1, Math.max(0, systems.indexOf(place.system) + right));
      if (row) this.go(row.id, systems[at]);
    }

    edit(row, system) {
      const { view } = this;
      this.go(row.id, system);
      const cell = this._cellOf({ id: row.id, system });
      view.field = { id: row.id, system };
      for (const child of cell.children) child.hidden = true;
      const { target } = view.payload;
      const leave = () => {
        view.field = null;
        this.refresh(this.known.get(row.id).row);
        this._cellOf({ id: row.id, system })?.focus({ preventScroll: true });
      };
      const values = { number: view.number(row.id), name: view.systemName(system) };
      WorkbenchEditing.openField(view, cell, row.cells[system], {
        column: { language: target.language, dir: target.dir || "auto" },
        label: view.say("compare_edit_label", values),
        reasons: row.findings[system].map((doubt) => doubt.message),
        others: [], // they stand beside it in the row
        save: async (text) => {
          const changed = text.trim() !== row.cells[system].trim();
          const reply = changed ? await view.act({ do: "edit", segment: row.id, system, text }) : null;
          if (changed && !reply?.view) return false;
          if (changed) view.announce(view.say("compare_edited", values));
          leave();
          return true;
        },
        leave,
      });
    }
  };
})();
