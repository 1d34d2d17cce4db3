/* A ledger: what a translation must keep, each with its words in every column. */
"use strict";
window.WorkbenchLedger = (() => {
  const { make, button } = WorkbenchParts;
  const SIGNS = { matched: "✓", missing: "✕", changed: "≠", extra: "+" };
  const LISTED = 80; // lines that are shown at first
  const PLACES = 6; // places of a name that are shown in its line

  return class Ledger {
    constructor(view, name) {
      Object.assign(this, { view, name, node: make("div", "wb-ledger") });
      this.forget();
    }

    forget() {
      this.doubtful = false;
      this.listed = LISTED;
    }

    label() {
      return this.view.say(`ledger_${this.name}`);
    }

    count() {
      return this.view.payload.complete ? this._lines().length : null;
    }

    _lines() {
      return this.view.payload.ledger?.[this.name] ?? [];
    }

    draw(before) {
      if (this.view.differs(before, "ledger", "complete", "status", "run")) this._draw();
    }

    _draw() {
      const { view } = this;
      const lines = this._lines();
      const doubtful = lines.filter((line) => line.doubtful);
      if (!lines.length) {
        const key = view.payload.complete ? "ledger_none" : "doubts_follow";
        this.node.replaceChildren(make("p", "wb-hint", view.say(key)));
        return;
      }
      const shown = this.doubtful ? doubtful : lines;
      const values = { total: lines.length, doubtful: doubtful.length };
      const note = make("p", "wb-hint", view.say("ledger_counts", values));
      note.setAttribute("role", "status");
      const list = make("ul", "wb-list", ...shown.slice(0, this.listed).map((l) => this._line(l)));
      this.node.replaceChildren(make("div", "wb-filters", this._filter(), note), list);
      if (shown.length > this.listed) this.node.append(this._more(shown.length));
    }

    _filter() {
      const node = button("wb-chip", this.view.say("only_doubtful"), () => {
        this.doubtful = !this.doubtful;
        this._draw();
        this.node.querySelector(".wb-chip").focus();
      });
      node.setAttribute("aria-pressed", String(this.doubtful));
      return node;
    }

    _more(total) {
      return button("wb-button", this.view.say("show_all", { total }), () => {
        this.listed = Infinity;
        this._draw();
      });
    }

    _line(line) {
      const { view } = this;
      const known = this.name === "speech" && view.has(`voice_${line.source}`);
      const words = make("span", "wb-words", known ? view.say(`voice_${line.source}`) : line.source || "—");
      words.lang = known ? view.code : view.payload.source;
      words.dir = "auto";
      // The value of a quotation is how deep it is nested, which its signs show.
      const telling = line.value && line.value !== line.source && this.name !== "quotations";
      const value = telling ? make("span", "wb-value", line.value) : null;
      const usual = this.name === "speech" || line.kind === "quotation";
      const kind = usual ? "" : view.has(`kind_${line.kind}`) ? view.say(`kind_${line.kind}`) : line.kind;
      const head = make("span", "wb-line-head", make("span", "wb-place", this._places(line)),
        words, value, kind ? make("span", "wb-kind", kind) : null);
      const node = button("wb-line", "", (event) => {
        if (line.segments.length) view.jump(line.segments, event.currentTarget);
      });
      node.append(head, ...line.cells.map((cell, index) => this._cell(cell, index + 1)).filter(Boolean));
      return make("li", line.doubtful ? "is-doubtful" : "", node);
    }

    _places(line) {
      const places = line.segments.map((id) => this.view.place(id));
      const more = places.length > PLACES ? ` … ×${places.length}` : "";
      return places.slice(0, PLACES).join(", ") + more;
    }

    /* How one column has it: a sign, the word for the sign, and the column's own words. */
    _cell(cell, index) {
      const { view } = this;
      const column = view.payload.columns[index];
      if (!cell || !column) return null;
      const sign = make("span", "wb-sign", SIGNS[cell.match] || "?");
      sign.setAttribute("aria-hidden", "true");
      const share = cell.total > 1 && cell.match !== "matched" ? ` ${cell.count}/${cell.total}` : "";
      const said = view.say(`match_${cell.match}`) + share;
      const match = make("span", `wb-match wb-match-${cell.match}`, sign, said);
      const words = make("span", "wb-rendering",
        cell.texts.map(([text, count]) => (count > 1 ? `${this._named(text)} ×${count}` : this._named(text))).join(" · "));
      words.lang = this.name === "speech" ? view.code : column.language;
      words.dir = "auto";
      const known = this.name === "speech" ? null : match;
      return make("span", "wb-line-cell", make("span", "wb-line-column", column.native), known, words);
    }

    _named(text) {
      return this.name === "speech" && this.view.has(`level_${text}`) ? this.view.say(`level_${text}`) : text;
    }
  };
})();
