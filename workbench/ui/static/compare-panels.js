/* What is said of the systems as a whole: figures, agreement, parts of the text, votes, charts.

   To add a panel, extend Panel with a name, the names of the payload that it shows, and _parts(). */
"use strict";
window.WorkbenchComparePanels = (() => {
  const { make } = WorkbenchParts;
  const METRICS = { bleu: "BLEU ↑", chrf: "chrF2++ ↑", ter: "TER ↓" };
  const NONE = "–";

  class Panel {
    constructor(view) {
      Object.assign(this, { view, node: make("div", "wb-figures") });
    }

    label() {
      return this.view.say(`compare_tab_${this.name}`);
    }

    count() {
      return null;
    }

    forget() {
      this.node.replaceChildren();
    }

    draw(before) {
      const names = [...this.shows, "blind", "complete", "run"];
      if (!this.node.firstChild || this.view.differs(before, ...names)) this._draw();
    }

    _draw() {
      const parts = this._parts().filter(Boolean);
      const hint = this.view.payload.blind ? "compare_hidden" : this.view.payload.complete ? "compare_nothing" : "compare_follow";
      this.node.replaceChildren(...(parts.length ? parts : [make("p", "wb-hint", this.view.say(hint))]));
    }

    number(value, digits = 1) {
      if (value === null || value === undefined) return NONE;
      return new Intl.NumberFormat(this.view.code, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
    }

    hint(key, values) {
      return make("p", "wb-hint", this.view.say(key, values));
    }
  }

  /* A table in a box that scrolls by itself; cells are texts or nodes. */
  function table(caption, head, rows) {
    const cell = (tag, scope) => (content) => {
      const node = make(tag, "", content);
      if (scope) node.scope = scope;
      return node;
    };
    const body = rows.map(([first, ...rest]) => make("tr", "", cell("th", "row")(first), ...rest.map(cell("td"))));
    const node = make("table", "", make("caption", "", caption),
      make("thead", "", make("tr", "", ...head.map(cell("th", "col")))), make("tbody", "", ...body));
    const box = make("div", "wb-wide", node);
    Object.assign(box, { tabIndex: 0 });
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", caption);
    return box;
  }

  /* What sort of system it is, its licence, and how far it is. */
  function badges(view, system) {
    const { kind, licence, state, done, total, reason } = view.payload.systems[system];
    const box = make("span", "wb-kinds");
    if (view.payload.blind) return box;
    if (kind !== "model") box.append(make("span", "wb-kind-tag", view.say(`compare_kind_${kind}`)));
    if (licence) {
      const node = make("span", "wb-kind-tag", licence);
      node.title = view.say("compare_licence");
      box.append(node);
    }
    if (state === "running") box.append(make("span", "wb-state is-running", view.say("compare_state_running", { done, total })));
    if (state === "waiting") box.append(make("span", "wb-state", view.say("compare_state_waiting")));
    if (state === "failed") {
      const node = make("span", "wb-state is-failed", view.say("compare_state_failed"));
      node.title = reason;
      box.append(node);
    }
    return box;
  }

  class Systems extends Panel {
    name = "systems";
    shows = ["systems", "scores_note", "neural_note"];

    count() {
      return this.view.payload.systems.length || null;
    }

    _parts() {
      const { view } = this;
      const { systems, scores_note: note, neural_note: neural, blind } = view.payload;
      if (blind) return [];
      const columns = this._columns(systems).filter(([, value]) => systems.some((s, i) => ![NONE, ""].includes(value(s, i))));
      const rows = systems.map((system, index) =>
        [this._name(system, index), ...columns.map(([, value]) => value(system, index))]);
      const notes = [...(note || "").split("\n"), neural].filter(Boolean).map((line) => make("p", "wb-hint", line));
      for (const line of notes) line.lang = "en";
      const details = notes.length ? make("details", "wb-notes", make("summary", "", view.say("compare_notes")), ...notes) : null;
      return [table(view.say("compare_systems_table"), [view.say("compare_system"), ...columns.map(([key]) => key)], rows), details];
    }

    _name(system, index) {
      const { view } = this;
      const node = make("div", "wb-system-name", make("span", "", make("span", "wb-key", String(index + 1)), system.name), badges(view, index));
      // What stands among the warnings above is not said twice.
      const above = view.payload.warnings ?? [];
      const notes = (system.notes || []).filter((note) => !above.some((warning) => warning.endsWith(note)));
      const lines = [...(system.reason ? [system.reason] : []), ...notes];
      for (const line of lines) {
        const said = make("span", system.reason === line ? "wb-reason" : "wb-hint", line);
        said.lang = "en";
        node.append(said);
      }
      for (const doubt of system.findings || []) {
        const said = make("span", `wb-hint wb-${doubt.severity}`, view.icon(doubt.severity), doubt.message);
        said.lang = "en";
        node.append(said);
      }
      if (system.signature) node.title = system.signature;
      return node;
    }

    _columns(systems) {
      const { view } = this;
      const profile = (read) => (system) => (system.profile ? read(system.profile) : NONE);
      const share = ([kept, all]) => (all ? `${kept}/${all}` : NONE);
      const metrics = Object.keys(METRICS).filter((metric) => systems.some((s) => s.scores?.[metric]));
      const say = (word) => view.say(`compare_figure_${word}`);
      return [
        ...metrics.map((metric) => [METRICS[metric], (system) => this._score(system.scores?.[metric])]),
        [say("neural"), (system) => this.number(system.neural, 4)],
        [say("findings"), profile((p) => this._severities(p.findings))],
        [say("per_1000"), profile((p) => this.number(p.per_1000_words))],
        [say("length"), profile((p) => this.number(p.length_ratio, 2))],
        [say("numbers"), profile((p) => share(p.numbers))],
        [say("names"), profile((p) => share(p.names))],
        [say("consensus"), profile((p) => String(p.consensus))],
        [say("agreement"), profile((p) => this.number(p.agreement))],
        [say("round_trip"), profile((p) => this.number(p.round_trip))],
        [say("seconds"), profile((p) => this.number(p.seconds))],
        [say("memory"), profile((p) => this.number(p.peak_mb, 0))],
      ];
    }

    _score(score) {
      if (!score) return NONE;
      const node = make("span", "wb-score", make("b", "", this.number(score.value)));
      if (score.low !== null && score.low !== undefined) {
        node.append(make("small", "", `${this.number(score.low)}–${this.number(score.high)}`));
      }
      const tests = ["bootstrap", "randomisation"].filter((test) => typeof score[`p_${test}`] === "number");
      if (tests.length) node.append(make("small", "", `p ${tests.map((test) => this._chance(score[`p_${test}`])).join(" / ")}`));
      node.title = [...tests.map((test) => `${this.view.say(`compare_p_${test}`)}: p ${this._chance(score[`p_${test}`])}`), score.signature].join("\n");
      return node;
    }

    _chance(p) {
      return p < 0.001 ? "< 0.001" : p.toFixed(3);
    }

    _severities(findings) {
      const { SEVERITIES, ICONS } = WorkbenchWork;
      const node = make("span", "wb-severities");
      for (const level of SEVERITIES) {
        const sign = make("span", `wb-doubts wb-${level}`, this.view.icon(level), String(findings?.[level] ?? 0));
        sign.title = `${ICONS[level]} ${this.view.say(level)}`;
        node.append(sign);
      }
      return node;
    }
  }

  class Agreement extends Panel {
    name = "agreement";
    shows = ["agreement", "systems"];

    _parts() {
      const { view } = this;
      const { agreement, systems } = view.payload;
      if (!agreement || agreement.length < 2) return [];
      const seen = agreement.flatMap((line, i) => line.filter((_, j) => j !== i));
      const [low, high] = [Math.min(...seen), Math.max(...seen)];
      const heat = (value) => 8 + Math.round((52 * (value - low)) / (high - low || 1));
      const rows = agreement.map((line, i) => [view.systemName(i), ...line.map((value, j) => {
        const node = make("span", i === j ? "wb-heat is-self" : "wb-heat", i === j ? NONE : this.number(value));
        if (i !== j) node.style.setProperty("--wb-heat", `${heat(value)}%`);
        return node;
      })]);
      const head = [view.say("compare_system"), ...agreement.map((_, i) => (view.payload.blind ? systems[i].name : String(i + 1)))];
      return [this.hint("compare_agreement_hint"), table(view.say("compare_tab_agreement"), head, rows)];
    }
  }

  class Parts extends Panel {
    name = "parts";
    shows = ["buckets", "systems"];

    _parts() {
      const { view } = this;
      const { buckets, blind } = view.payload;
      if (blind || !buckets.length) return [];
      const tables = buckets.map((set) => {
        const used = set.buckets.filter((bucket) => bucket.count);
        const known = view.has(`compare_by_${set.by}`) ? view.say(`compare_by_${set.by}`) : set.by;
        const head = [view.say("compare_system"), ...used.map((bucket) => `${this._part(bucket.label)} (${bucket.count})`)];
        const systems = view.payload.systems.map((_, i) => i).filter((i) => used.some((b) => b.scores[i] !== null));
        const rows = systems.map((i) => [view.systemName(i), ...used.map((bucket) => this._value(bucket, i))]);
        return table(`${known} · ${set.measure}`, head, rows);
      });
      return [this.hint("compare_parts_hint"), make("div", "wb-beside", ...tables)];
    }

    _part(label) {
      return this.view.has(`compare_part_${label}`) ? this.view.say(`compare_part_${label}`) : label;
    }

    /* The best of a part stands out by its weight. */
    _value(bucket, system) {
      const value = bucket.scores[system];
      const best = value !== null && value === Math.max(...bucket.scores.filter((score) => score !== null));
      return best ? make("b", "", this.number(value)) : this.number(value);
    }
  }

  class Ranking extends Panel {
    name = "ranking";
    shows = ["ranking", "systems"];

    _parts() {
      const { view } = this;
      const { ranking } = view.payload;
      if (!ranking?.length) return [this.hint(view.editable ? "compare_ranking_none" : "compare_nothing")];
      const order = [...ranking].sort((a, b) => b.rating - a.rating);
      const ends = order.flatMap((rank) => [rank.low ?? rank.rating, rank.high ?? rank.rating]);
      const rows = order.map((rank) => [view.systemName(rank.system), this.number(rank.rating, 0),
        `${this.number(rank.low, 0)}–${this.number(rank.high, 0)}`, span(rank, Math.min(...ends), Math.max(...ends)),
        String(rank.wins), String(rank.ties), String(rank.losses)]);
      const head = ["system", "rating", "interval", "interval_drawn", "wins", "ties", "losses"].map((word) =>
        view.say(word === "system" ? "compare_system" : `compare_rank_${word}`));
      return [this.hint("compare_ranking_hint"), table(view.say("compare_tab_ranking"), head, rows)];
    }
  }

  /* A rating and its interval on the common scale of all. */
  function span({ rating, low, high }, from, to) {
    const at = (value) => `${(100 * (value - from)) / (to - from || 1)}%`;
    const bar = make("span", "wb-span-bar");
    Object.assign(bar.style, { insetInlineStart: at(low ?? rating), insetInlineEnd: `calc(100% - ${at(high ?? rating)})` });
    const point = make("span", "wb-span-point");
    point.style.insetInlineStart = at(rating);
    const node = make("span", "wb-span-scale", bar, point);
    node.setAttribute("aria-hidden", "true");
    return node;
  }

  class Charts extends Panel {
    name = "charts";
    shows = ["charts"];

    count() {
      return this.view.payload.charts.length || null;
    }

    _parts() {
      const drawn = this.view.payload.charts.map(({ name, svg }) => picture(name, svg)).filter(Boolean);
      return drawn.length ? [make("div", "wb-beside", ...drawn)] : [];
    }
  }

  /* A chart is our own SVG, read as XML and kept only if it is a picture: no script, no reference. */
  function picture(name, svg) {
    const read = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    if (read.localName !== "svg" || read.querySelector("script, foreignObject, parsererror")) return null;
    const node = make("figure", "wb-picture", document.adoptNode(read));
    node.dataset.chart = name;
    return node;
  }

  return { Systems, Agreement, Parts, Ranking, Charts, badges };
})();
