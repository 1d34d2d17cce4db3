/* The work list: doubts with the worst first, each to be accepted, mended or dismissed by one key. */
"use strict";
window.WorkbenchWork = (() => {
  const { make, button } = WorkbenchParts;
  const SEVERITIES = ["critical", "major", "minor"];
  const ICONS = { critical: "⬣", major: "▲", minor: "●" };
  const DECISIONS = ["accepted", "fixed", "dismissed"];
  const LISTED = 60; // entries that are shown at first
  const KEYS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

  class Work {
    constructor(view) {
      Object.assign(this, { view, name: "work", node: make("div", "wb-work") });
      this.node.addEventListener("keydown", (event) => this._onKey(event));
      this.forget();
    }

    forget() {
      Object.assign(this, { severity: "", check: "", column: "", all: false, current: "", listed: LISTED });
    }

    label() {
      return this.view.say("tab_work");
    }

    count() {
      return this.view.payload.complete || this.view.payload.findings.length ? this._open().length : null;
    }

    _open() {
      return this.view.payload.findings.filter((finding) => !finding.decision);
    }

    _shown() {
      return this.view.payload.findings.filter((finding) =>
        (!this.severity || finding.severity === this.severity)
        && (!this.check || finding.check === this.check)
        && (!this.column || String(finding.column) === this.column)
        && (this.all || finding.decision !== "dismissed"));
    }

    draw(before) {
      if (this.view.differs(before, "findings", "complete", "status", "run", "desk", "undo")) this._draw();
    }

    _draw() {
      const { findings, complete, status } = this.view.payload;
      if (!findings.length) {
        const key = complete ? "no_doubts" : status ? "doubts_stopped" : "doubts_follow";
        this.node.replaceChildren(make("p", "wb-hint", this.view.say(key)));
        return;
      }
      const focused = this.list?.contains(document.activeElement);
      const shown = this._shown();
      if (!shown.some((f) => f.id === this.current)) this.current = shown[0]?.id ?? "";
      this.list = make("ol", "wb-list", ...shown.slice(0, this.listed).map((f) => this._entry(f)));
      this.node.replaceChildren(this._top(findings), this._filters(findings), this.list);
      if (shown.length > this.listed) this.node.append(this._more(shown.length));
      if (focused) this._focus(this.current);
    }

    _top(findings) {
      const { view } = this;
      const open = view.say("count_open", { count: this._open().length });
      const others = DECISIONS.map((decision) => [decision, findings.filter((f) => f.decision === decision).length]);
      const said = others.filter(([, count]) => count).map(([d, count]) => view.say(`count_${d}`, { count }));
      const counts = make("p", "wb-counts", [open, ...said].join(" · "));
      counts.setAttribute("role", "status");
      const keys = view.editable ? make("p", "wb-hint wb-keys", view.say("keys")) : null;
      return make("div", "wb-work-top", make("div", "wb-work-counts", counts, this._undo()), keys);
    }

    _undo() {
      if (!this.view.editable) return null;
      const node = button("wb-button wb-quiet", this.view.say("undo_step"), () => this.view.undo());
      node.disabled = !this.view.payload.undo;
      node.setAttribute("aria-keyshortcuts", "u");
      return node;
    }

    _filters(findings) {
      const levels = SEVERITIES.filter((level) => findings.some((f) => f.severity === level));
      const chips = levels.length > 1 ? levels.map((level) => this._level(level)) : [];
      const checks = [...new Set(findings.map((f) => f.check))];
      const columns = [...new Set(findings.map((f) => f.column))].sort();
      const names = checks.map((check) => [check, this.view.checkName(check)]);
      const natives = columns.map((c) => [String(c), this.view.payload.columns[c].native]);
      return make("div", "wb-filters", ...chips,
        checks.length > 1 ? this._select("check", names, "all_checks") : null,
        columns.length > 1 ? this._select("column", natives, "all_columns") : null,
        findings.some((f) => f.decision === "dismissed") ? this._dismissed() : null);
    }

    _level(level) {
      const count = this._open().filter((f) => f.severity === level).length;
      const node = button(`wb-chip wb-${level}`, `${ICONS[level]} ${this.view.say(level)} ${count}`, () => {
        this.severity = this.severity === level ? "" : level;
        this._draw();
        this.node.querySelector(`.wb-chip.wb-${level}`).focus();
      });
      node.setAttribute("aria-pressed", String(this.severity === level));
      return node;
    }

    _select(field, options, all) {
      const node = make("select", "wb-select");
      for (const [value, label] of [["", this.view.say(all)], ...options]) {
        const option = make("option", "", label);
        option.value = value;
        node.append(option);
      }
      node.value = this[field];
      node.dataset.filter = field;
      node.setAttribute("aria-label", this.view.say(`filter_${field}`));
      node.addEventListener("change", () => {
        this[field] = node.value;
        this._draw();
        this.node.querySelector(`[data-filter="${field}"]`)?.focus();
      });
      return node;
    }

    _dismissed() {
      const node = button("wb-chip", this.view.say("show_dismissed"), () => {
        this.all = !this.all;
        this._draw();
        this.node.querySelector(".wb-show-dismissed")?.focus();
      });
      node.classList.add("wb-show-dismissed");
      node.setAttribute("aria-pressed", String(this.all));
      return node;
    }

    _more(total) {
      return button("wb-button", this.view.say("show_all", { total }), () => {
        this.listed = Infinity;
        this._draw();
      });
    }

    _entry(finding) {
      const { view } = this;
      const column = view.payload.columns[finding.column];
      const place = [view.place(finding.segment), column.native].filter(Boolean).join(" · ");
      const head = make("span", "wb-entry-head", view.icon(finding.severity),
        make("span", "wb-place", place), make("span", "wb-check", view.checkName(finding.check)));
      if (finding.decision) head.append(make("span", "wb-decision", view.say(`decision_${finding.decision}`)));
      const reason = make("span", "wb-entry-reason", finding.message);
      reason.lang = "en";
      const node = button(`wb-entry wb-${finding.severity}`, "", (event) => this._go(finding, event.currentTarget));
      node.append(head, reason);
      node.tabIndex = finding.id === this.current ? 0 : -1;
      node.addEventListener("focus", () => this._choose(finding.id));
      const item = make("li", finding.decision ? "is-decided" : "", node, this._verdicts(finding));
      item.dataset.finding = finding.id;
      return item;
    }

    _go(finding, origin) {
      if (!finding.segment) return;
      this.view.jump([finding.segment], origin, `[data-findings~="${finding.id}"]`);
    }

    _verdicts(finding) {
      if (!this.view.editable || finding.decision === "fixed") return null;
      const choices = finding.decision
        ? [["reopen", "", () => this.decide(finding, "")]]
        : [["accept", "a", () => this.decide(finding, "accepted")],
          ["fix", "f", () => this.fix(finding)],
          ["dismiss", "d", () => this.decide(finding, "dismissed")]];
      const offered = choices.filter(([name]) => name !== "fix" || this._fixable(finding));
      return make("div", "wb-verdicts", ...offered.map(([name, key, act]) => {
        const node = button(`wb-verdict wb-verdict-${name}`, this.view.say(name), act);
        node.title = this.view.say(`${name}_hint`);
        node.tabIndex = finding.id === this.current ? 0 : -1;
        if (key) node.setAttribute("aria-keyshortcuts", key);
        return node;
      }));
    }

    _fixable(finding) {
      return Boolean(finding.segment) && finding.column > 0;
    }

    /* The next one comes at once; what the server then says is drawn over it. */
    decide(finding, decision) {
      const shown = this._shown();
      const at = shown.findIndex((f) => f.id === finding.id);
      const rest = [...shown.slice(at + 1), ...shown.slice(0, at)];
      const next = decision ? rest.find((f) => !f.decision) : finding;
      const before = finding.decision;
      finding.decision = decision;
      this.current = (next || finding).id;
      this._draw();
      this._focus(this.current);
      return this.view.act({ do: "decide", finding: finding.id, decision }).then((reply) => {
        if (reply?.view) return;
        finding.decision = before;
        this._draw();
      });
    }

    fix(finding) {
      if (!this._fixable(finding)) return;
      this.view.edit(finding.segment, finding.column, finding, () => this._focus(this.current));
    }

    _choose(id) {
      if (this.current === id) return;
      this.current = id;
      for (const item of this.list.children) {
        const chosen = item.dataset.finding === id;
        for (const node of item.querySelectorAll("button")) node.tabIndex = chosen ? 0 : -1;
      }
    }

    _focus(id) {
      const item = [...(this.list?.children ?? [])].find((node) => node.dataset.finding === id);
      const node = item?.querySelector(".wb-entry") ?? this.node.querySelector("button");
      node?.focus({ preventScroll: true });
      item?.scrollIntoView({ block: "nearest" });
    }

    _onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, input, textarea")) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const shown = this._shown().slice(0, this.listed);
      const at = shown.findIndex((f) => f.id === this.current);
      if (KEYS[key]) this._step(shown[at + KEYS[key]]);
      else if (!this.view.editable) return;
      else if (key === "u") this.view.undo();
      else if (!shown[at] || shown[at].decision) return;
      else if (key === "a") this.decide(shown[at], "accepted");
      else if (key === "d") this.decide(shown[at], "dismissed");
      else if (key === "f") this.fix(shown[at]);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    /* Moving through the list also shows each place in the text, without leaving the list. */
    _step(finding) {
      if (!finding) return;
      this._choose(finding.id);
      this._focus(finding.id);
      if (finding.segment) this.view.mark([finding.segment]);
    }
  }

  return Object.assign(Work, { ICONS, SEVERITIES });
})();
