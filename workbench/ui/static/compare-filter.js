/* Which rows of a comparison are shown, and in which order. */
"use strict";
window.WorkbenchCompareFilter = (() => {
  const { make, button } = WorkbenchParts;
  const { SEVERITIES } = WorkbenchWork;
  const PAUSE = 120; // milliseconds of typing after which a search begins
  const BUDGET = 1500; // milliseconds that a pattern may take for all rows
  const NONE = { text: "", finding: "", state: "", least: "", most: "", apart: 0, order: "text" };
  const voted = (row) => row.votes.length > 0;
  const edited = (row) => row.edited.some(Boolean);
  const STATES = {
    unvoted: (row) => !voted(row),
    voted,
    unpicked: (row) => row.pick === null,
    picked: (row) => row.pick !== null,
    edited,
    missing: (row) => row.cells.some((text) => !text),
  };
  const doubts = (row) => row.findings.flat();
  const ORDERS = {
    text: null,
    apart: (row) => -(row.disagreement ?? -1),
    doubts: (row) => -doubts(row).length,
    length: (row) => -row.length,
  };
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const textsOf = (row) => [row.prefix, row.source, ...row.reference, ...row.cells].filter(Boolean);

  return class Filter {
    constructor(view) {
      Object.assign(this, { view, words: new WeakMap() });
      this.node = make("div", "wb-filter");
      this.node.setAttribute("role", "search");
      this.node.setAttribute("aria-label", view.say("compare_filter"));
      this._build();
      this.forget();
    }

    forget() {
      this._set(NONE);
      this.kinds = "";
    }

    _set(values) {
      this.asked = { ...values };
      for (const [name, field] of Object.entries(this.fields)) field.value = values[name];
      this.slid.textContent = this._apartWord();
      this.found = null;
    }

    _build() {
      const { view } = this;
      this.fields = {};
      const search = this._field("text", "input", { type: "search", placeholder: view.say("compare_search_hint") });
      const lengths = make("span", "wb-from-to",
        this._field("least", "input", { type: "number", min: 0, placeholder: view.say("compare_least") }), "–",
        this._field("most", "input", { type: "number", min: 0, placeholder: view.say("compare_most") }));
      this._field("apart", "input", { type: "range", min: 0, max: 100, step: 5, className: "wb-slider" });
      this.slid = make("span", "wb-slid-word");
      const slider = make("label", "wb-slid", this.slid, this.fields.apart);
      const selects = ["finding", "state", "order"].map((name) => this._field(name, "select", { className: "wb-select" }));
      this._options("state", [["", "compare_state_any"], ...Object.keys(STATES).map((s) => [s, `compare_state_${s}`])]);
      this._options("order", Object.keys(ORDERS).map((order) => [order, `compare_order_${order}`]));
      this.count = make("span", "wb-hint wb-shown");
      this.count.setAttribute("role", "status");
      this.clearing = button("wb-button", view.say("compare_clear"), () => {
        this.clear();
        this.fields.text.focus();
      });
      this.complaint = make("p", "wb-complaint");
      this.complaint.id = `wb-complaint-${Math.random().toString(36).slice(2)}`;
      this.complaint.setAttribute("role", "alert");
      this.fields.text.setAttribute("aria-describedby", this.complaint.id);
      const length = make("span", "wb-lengths", make("span", "wb-hint", view.say("compare_length")), lengths);
      this.node.append(search, ...selects, slider, length, this.count, this.clearing, this.complaint);
    }

    _field(name, tag, values) {
      const node = Object.assign(make(tag), values);
      node.classList.add("wb-narrow");
      node.setAttribute("aria-label", this.view.say(`compare_filter_${name}`));
      node.dataset.filter = name;
      node.addEventListener(name === "text" || name === "apart" ? "input" : "change", () => this._onChange(name));
      this.fields[name] = node;
      return node;
    }

    _options(name, options) {
      const made = options.map(([value, key]) => Object.assign(make("option", "", this.view.say(key)), { value }));
      this.fields[name].replaceChildren(...made);
    }

    _onChange(name) {
      clearTimeout(this.timer);
      const take = () => {
        this.asked[name] = name === "apart" ? Number(this.fields[name].value) : this.fields[name].value;
        this.slid.textContent = this._apartWord();
        this.changed();
      };
      if (name === "text") this.timer = setTimeout(take, PAUSE);
      else take();
    }

    _apartWord() {
      return this.view.say("compare_apart_from", { value: this.asked.apart });
    }

    changed() {
      this.found = null;
      this.view.rows.draw();
      this._drawCount();
    }

    clear() {
      this._set({ ...NONE, order: this.asked.order });
      this.changed();
      this.view.announce(this.view.say("compare_cleared"));
    }

    get active() {
      return Object.keys(NONE).some((name) => name !== "order" && this.asked[name] !== NONE[name]);
    }

    has(id) {
      return this.shown().some((row) => row.id === id);
    }

    draw(before) {
      this.found = null;
      if (this.view.rowsChanged) this._drawKinds();
      const { rows } = this.view.payload;
      const judged = rows.some((row) => row.disagreement !== null && row.disagreement !== undefined);
      this.fields.apart.disabled = !judged && !this.asked.apart;
      this._drawCount();
    }

    /* The doubts that can be asked for, by severity and by check; what is asked for stays. */
    _drawKinds() {
      const { view } = this;
      const found = view.payload.rows.flatMap(doubts);
      const count = (test) => found.filter(test).length;
      const levels = SEVERITIES.filter((level) => count((f) => f.severity === level));
      const checks = [...new Set(found.map((f) => f.check))].sort();
      const options = [["", view.say("compare_finding_any_row"), null], ["any", view.say("compare_finding_any"), found.length],
        ["none", view.say("compare_finding_none"), null],
        ...levels.map((l) => [`level:${l}`, view.say(l), count((f) => f.severity === l)]),
        ...checks.map((c) => [`check:${c}`, view.checkName(c), count((f) => f.check === c)])];
      const kinds = JSON.stringify(options);
      if (kinds === this.kinds) return;
      this.kinds = kinds;
      const wanted = this.asked.finding;
      if (!options.some(([value]) => value === wanted)) options.push([wanted, wanted.replace(/^\w+:/, ""), 0]);
      this.fields.finding.replaceChildren(...options.map(([value, label, n]) =>
        Object.assign(make("option", "", n === null ? label : `${label} (${n})`), { value })));
      this.fields.finding.value = wanted;
    }

    _drawCount() {
      const values = { shown: this.shown().length, total: this.view.payload.rows.length };
      const text = this.view.say(this.active ? "compare_shown" : "compare_all_shown", values);
      if (this.count.textContent !== text) this.count.textContent = text;
      this.clearing.disabled = !this.active;
    }

    /* The rows that are asked for, in the order that is asked for. */
    shown() {
      if (this.found) return this.found;
      const { rows } = this.view.payload;
      const fits = this._test();
      const end = performance.now() + BUDGET;
      const found = [];
      for (const row of rows) {
        if (performance.now() > end) {
          this._complain(this.view.say("compare_pattern_slow"));
          found.splice(0, found.length, ...rows);
          break;
        }
        if (fits(row)) found.push(row);
      }
      this.found = this._sorted(found);
      return this.found;
    }

    /* All rows, in the order that is asked for. */
    ordered() {
      return this._sorted([...this.view.payload.rows]);
    }

    _sorted(rows) {
      const rank = ORDERS[this.asked.order];
      return rank ? rows.sort((a, b) => rank(a) - rank(b)) : rows;
    }

    _test() {
      const { finding, state, least, most, apart } = this.asked;
      const has = this._search();
      const doubtful = this._doubtful(finding);
      return (row) => (!state || STATES[state](row))
        && (least === "" || row.length >= Number(least)) && (most === "" || row.length <= Number(most))
        && (!apart || (row.disagreement ?? -1) >= apart) && doubtful(row) && has(row);
    }

    _doubtful(finding) {
      if (!finding) return () => true;
      if (finding === "any") return (row) => doubts(row).length > 0;
      if (finding === "none") return (row) => !doubts(row).length;
      const [kind, name] = [finding.slice(0, finding.indexOf(":")), finding.slice(finding.indexOf(":") + 1)];
      return (row) => doubts(row).some((f) => (kind === "level" ? f.severity : f.check) === name);
    }

    /* Words are looked for whatever their case and width; /…/ is a pattern, tried on each text. */
    _search() {
      const text = this.asked.text.trim();
      this._complain("");
      if (!text) return () => true;
      const pattern = /^\/(.+)\/[a-z]*$/su.exec(text);
      if (!pattern) return (row) => this._wordsOf(row).includes(plain(text));
      try {
        const form = WorkbenchPattern.compile(pattern[1]);
        return (row) => textsOf(row).some((part) => form.test(part));
      } catch (error) {
        const known = error instanceof WorkbenchPattern.Refused;
        if (!known && !(error instanceof SyntaxError)) throw error;
        this._complain(this.view.say(known ? error.message : "compare_pattern_wrong", { message: error.message }));
        return () => true;
      }
    }

    _complain(text) {
      if (this.complaint.textContent !== text) this.complaint.textContent = text;
      this.fields.text.setAttribute("aria-invalid", String(Boolean(text)));
    }

    _wordsOf(row) {
      if (!this.words.has(row)) this.words.set(row, plain(textsOf(row).join("\n")));
      return this.words.get(row);
    }
  };
})();
