/* The key points on top of every column: what they say, where they come from, how much they cover;
   on the page they can be moved, put into other words, exchanged, added, and counted anew. */
"use strict";
window.WorkbenchSummary = (() => {
  const { make, button } = WorkbenchParts;
  const COUNTS = [null, 3, 5, 7];
  const ADDED = { id: "" }; // the bullet that is not there yet
  const LENGTHS = [["sentences_short", 0], ["sentences_usual", 0.5], ["sentences_long", 1]];
  const MOST = 15;
  const LONGEST = 60; // percent of the text that a summary may be

  return class Summary {
    constructor(view) {
      Object.assign(this, { view, node: make("div", "wb-bullets"), changing: false });
      this.node.addEventListener("keydown", (event) => this._onKey(event));
      this.forget();
    }

    forget() {
      Object.assign(this, { changing: false, field: null, offers: null, wanted: null });
    }

    draw(before) {
      const names = ["bullets", "refusal", "coverage", "number_coverage", "complete", "run", "desk", "compared", "undo", "length"];
      if (this.view.differs(before, ...names)) this._draw();
    }

    _draw() {
      const { bullets, refusal, complete } = this.view.payload;
      const kept = this.node.contains(document.activeElement) ? document.activeElement.dataset.keep : "";
      this.field = null;
      this.node.hidden = !bullets.length && !refusal && complete;
      this.node.classList.toggle("is-changing", this.changing);
      this.node.replaceChildren(this._caption(),
        ...bullets.flatMap((bullet, index) => this._bullet(bullet, index)),
        ...(this.changing ? this._below() : []), ...this._comparisons());
      if (kept) this._focus(kept);
    }

    _focus(name) {
      this.node.querySelector(`[data-keep="${CSS.escape(name)}"]`)?.focus({ preventScroll: true });
    }

    _caption() {
      const { view } = this;
      const { bullets, refusal } = view.payload;
      const key = bullets.length ? "key_points" : refusal ? "no_key_points" : "key_points_follow";
      const parts = [make("span", "wb-title", view.say(key))];
      if (refusal) parts.push(make("span", "wb-hint", refusal));
      if (bullets.length) parts.push(...this._covered());
      if (view.editable) parts.push(this._switch());
      return this._wide("wb-caption", ...parts);
    }

    _covered() {
      const { view } = this;
      const { coverage, number_coverage: numbers, sections, sections_read: read, writer } = view.payload;
      return [
        this._meter("covers_terms", coverage),
        this._meter("covers_numbers", numbers),
        this._strip(),
        sections > 1 ? make("span", "wb-hint", view.say("sections", { read, sections })) : null,
        writer ? make("span", "wb-hint", view.say("written_by", { writer })) : null,
      ].filter(Boolean);
    }

    _meter(key, share) {
      if (!share) return null;
      const bar = make("meter", "wb-meter");
      Object.assign(bar, { min: 0, max: 1, value: share });
      bar.setAttribute("aria-hidden", "true");
      return make("span", "wb-covers", bar, this.view.say(key, { percent: Math.round(share * 100) }));
    }

    /* Where in the text the key points come from, the beginning at the left. */
    _strip() {
      const { rows, bullets } = this.view.payload;
      const strip = make("span", "wb-strip");
      const places = bullets.flatMap((bullet) => bullet.segments.map((id) => Number(this.view.place(id)))).filter(Boolean);
      strip.append(...places.map((place) => {
        const tick = make("span", "wb-tick");
        tick.style.insetInlineStart = `${(100 * (place - 0.5)) / rows.length}%`;
        return tick;
      }));
      const values = { places: places.sort((a, b) => a - b).join(", "), total: rows.length };
      strip.setAttribute("role", "img");
      strip.setAttribute("aria-label", this.view.say("come_from", values));
      strip.title = this.view.say("come_from", values);
      return strip;
    }

    _switch() {
      const node = button("wb-chip", this.view.say("change_points"), () => {
        this.changing = !this.changing;
        this.offers = null;
        this._draw();
      });
      node.dataset.keep = "switch";
      node.classList.add("wb-change");
      node.setAttribute("aria-pressed", String(this.changing));
      return node;
    }

    _wide(className, ...children) {
      const cell = make("div", className, ...children);
      cell.setAttribute("role", "cell");
      const row = make("div", "wb-row-wide", cell);
      row.setAttribute("role", "row");
      return row;
    }

    _bullet(bullet, index) {
      const { view } = this;
      const places = bullet.segments.map((id) => view.place(id)).join(", ");
      const cells = bullet.texts.map((text, column) => {
        const node = button("wb-bullet", text, (event) => view.jump(bullet.segments, event.currentTarget));
        if (places) node.title = view.say("go_to", { place: places });
        return view.cell(column, node);
      });
      const row = make("div", "wb-row wb-bullet-row", view.number(places), ...cells);
      row.setAttribute("role", "row");
      Object.assign(row.dataset, { segments: bullet.segments.join(" "), bullet: bullet.id });
      const about = this._about(bullet);
      const tools = this.changing ? this._tools(bullet, index) : [];
      const more = about.length || tools.length
        ? [this._wide("wb-bullet-more", ...about, tools.length ? make("span", "wb-bullet-tools", ...tools) : null)] : [];
      const offers = this.offers?.bullet === bullet.id ? [this._offered(bullet)] : [];
      return [row, ...more, ...offers];
    }

    /* What a reader must know of a bullet that is not simply a sentence of the text. */
    _about(bullet) {
      const { view } = this;
      const parts = [];
      if (bullet.method !== "extracted") parts.push(make("span", "wb-tagged", view.say(`method_${bullet.method}`)));
      if (bullet.method === "abstracted") {
        parts.push(make("span", "wb-hint", view.say("support", { percent: Math.round(bullet.support * 100) })));
      }
      if (bullet.speaker) {
        const said = bullet.speaker === "?" ? view.say("speaker_unclear") : view.say("speaker", { name: bullet.speaker });
        parts.push(make("span", "wb-hint", said));
      }
      for (const doubt of bullet.doubts) {
        const node = make("span", "wb-bullet-doubt wb-major", view.icon("major"), doubt);
        node.lang = "en";
        parts.push(node);
      }
      return parts;
    }

    _tools(bullet, index) {
      const { view } = this;
      const total = view.payload.bullets.length;
      const tool = (name, label, act, off = false) => {
        const node = button("wb-button wb-quiet", label, act);
        node.dataset.keep = `${bullet.id}-${name}`;
        node.disabled = off;
        node.setAttribute("aria-label", `${view.say(`bullet_${name}`)}: ${index + 1}`);
        node.title = view.say(`bullet_${name}`);
        return node;
      };
      const edits = view.payload.columns.map((column, at) =>
        tool(`edit-${at}`, `✎ ${column.native}`, () => this._edit(bullet, at)));
      for (const [at, node] of edits.entries()) {
        const name = `${view.say("bullet_edit")}: ${index + 1}, ${view.payload.columns[at].native}`;
        node.setAttribute("aria-label", name);
        node.title = name;
      }
      return [
        tool("up", "↑", () => this._move(bullet, index - 1), index === 0),
        tool("down", "↓", () => this._move(bullet, index + 1), index === total - 1),
        ...edits,
        tool("replace", `⇄ ${view.say("replace")}`, () => this._offer(bullet)),
        tool("remove", `✕ ${view.say("remove")}`, () => this._act(bullet, "remove"), total === 1),
      ];
    }

    _act(bullet, how, values = {}) {
      return this.view.act({ do: "bullet", bullet: bullet.id, how, ...values });
    }

    _move(bullet, place) {
      return this._act(bullet, "move", { place });
    }

    /* Alt with an arrow moves the bullet that has the focus, Escape closes the offers. */
    _onKey(event) {
      if (event.key === "Escape" && this.offers) this._close();
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      const id = event.target.closest?.("[data-bullet]")?.dataset.bullet;
      if (!this.view.editable || !event.altKey || !step || !id) return;
      const { bullets } = this.view.payload;
      const at = bullets.findIndex((bullet) => bullet.id === id);
      event.preventDefault();
      if (!bullets[at + step]) return;
      const cell = event.target.closest(".wb-cell")?.dataset.column ?? "0";
      this._move(bullets[at], at + step).then(() => {
        this.node.querySelector(`[data-bullet="${CSS.escape(id)}"] [data-column="${cell}"] .wb-bullet`)?.focus();
      });
    }

    _edit(bullet, column) {
      const { view } = this;
      const cell = this.node.querySelector(`[data-bullet="${CSS.escape(bullet.id)}"] [data-column="${column}"]`);
      if (!cell || this.field) return;
      const shown = cell.querySelector(".wb-bullet");
      const leave = () => this._draw();
      shown.hidden = true;
      this.field = WorkbenchEditing.openField(view, cell, bullet.texts[column], {
        column: view.payload.columns[column],
        label: `${view.say("bullet_edit")}: ${view.payload.columns[column].native}`,
        reasons: [],
        others: [],
        save: async (text) => {
          const changed = text.trim() !== bullet.texts[column];
          const reply = changed ? await this._act(bullet, "reword", { column, text }) : null;
          if (changed && !reply?.view) return false;
          leave();
          return true;
        },
        leave,
      });
    }

    /* Sentences to stand in place of a bullet; to become one more where it is ADDED. */
    async _offer(bullet) {
      if (this.offers?.bullet === bullet.id) {
        this._close();
        return;
      }
      const reply = await this.view.act({ do: "alternatives", bullet: bullet.id });
      if (!reply?.alternatives) return;
      this.offers = { bullet: bullet.id, choices: reply.alternatives };
      this._draw();
      this.node.querySelector(".wb-offers :is(button, input)")?.focus();
    }

    _close() {
      const name = this._opener();
      this.offers = null;
      this._draw();
      this._focus(name);
    }

    /* The button that opened the offers. */
    _opener() {
      return this.offers.bullet ? `${this.offers.bullet}-replace` : "add";
    }

    async _put(bullet, segment) {
      const reply = await this._act(bullet, bullet.id ? "replace" : "add", { segment });
      if (reply?.view && this.offers) this._close();
    }

    _offered(bullet) {
      const { view } = this;
      const choices = this.offers.choices.map(({ segment, text }) => {
        const node = button("wb-other", `${view.place(segment)} · ${text}`, () => this._put(bullet, segment));
        node.lang = view.payload.source;
        return node;
      });
      const key = choices.length ? (bullet.id ? "replace_by" : "add_which") : "replace_none";
      const title = make("span", "wb-hint", view.say(key));
      return this._wide("wb-offers wb-others", title, ...choices, this._byNumber(bullet));
    }

    /* Any other sentence, by its number in the margin. */
    _byNumber(bullet) {
      const { view } = this;
      const { rows } = view.payload;
      const field = make("input", "wb-field wb-place-field");
      Object.assign(field, { type: "number", min: 1, max: rows.length, step: 1 });
      const put = () => {
        const row = rows[Number(field.value) - 1];
        if (row) this._put(bullet, row.id);
        else field.focus();
      };
      field.addEventListener("keydown", (event) => { if (event.key === "Enter") put(); });
      const label = make("label", "wb-hint", `${view.say("by_number")} `, field);
      const act = button("wb-button", view.say(bullet.id ? "replace" : "add"), put);
      return make("span", "wb-by-number", label, act);
    }

    /* What stands under the bullets while they are changed. */
    _below() {
      const offers = this.offers?.bullet === ADDED.id ? [this._offered(ADDED)] : [];
      const node = button("wb-button", `+ ${this.view.say("bullet_add")}`, () => this._offer(ADDED));
      node.dataset.keep = "add";
      node.setAttribute("aria-expanded", String(offers.length > 0));
      return [this._wide("wb-bullet-more wb-adding", node), ...offers, this._controls()];
    }

    /* How many, how long, and a summary of one column alone beside it. */
    _controls() {
      const { view } = this;
      const counts = COUNTS.map((count) => {
        const label = count === null ? view.say("bullets_auto") : String(count);
        const node = button("wb-chip", label, () => this._again({ count }));
        node.dataset.keep = `count-${count}`;
        node.setAttribute("aria-label", `${view.say("bullets")}: ${label}`);
        return node;
      });
      const targets = view.payload.columns.slice(1).map((column, index) => {
        const node = button("wb-button", view.say("compare_column", { column: column.native }), () =>
          view.act({ do: "compare", column: index + 1 }));
        node.dataset.keep = `compare-${index}`;
        return node;
      });
      return this._wide("wb-summary-controls",
        make("span", "wb-counted", make("span", "wb-hint", view.say("bullets")), ...counts),
        this._lengths(),
        this._slider("count", "how_many", 1, MOST, view.payload.bullets.length, (n) => ({ count: n })),
        this._slider("length", "how_long", 2, LONGEST, this._length(), (n) => ({ length: n })),
        make("span", "wb-compares", ...targets));
    }

    /* Short or long sentences: a model that writes its own is not bound by it. */
    _lengths() {
      const { view } = this;
      if (view.payload.writer) return null;
      const chips = LENGTHS.map(([name, length]) => {
        const node = button("wb-chip", view.say(name), () => this._again({ sentences: 100 * length }));
        node.dataset.keep = name;
        node.setAttribute("aria-label", `${view.say("sentences")}: ${view.say(name)}`);
        node.setAttribute("aria-pressed", String(view.payload.length === length));
        return node;
      });
      return make("span", "wb-counted", make("span", "wb-hint", view.say("sentences")), ...chips);
    }

    /* Characters of the key points as a share of those of the text, in percent. */
    _length() {
      const { rows, bullets } = this.view.payload;
      const size = rows.reduce((sum, row) => sum + row.cells[0].length, 0);
      const said = bullets.reduce((sum, bullet) => sum + bullet.texts[0].length, 0);
      return Math.round((100 * said) / Math.max(1, size));
    }

    _slider(name, label, min, max, value, wish) {
      const { view } = this;
      const field = make("input", "wb-slider");
      Object.assign(field, { type: "range", min, max, step: 1 });
      field.value = value;
      field.dataset.keep = `slider-${name}`;
      const text = make("span", "wb-hint", view.say(label, { value }));
      field.addEventListener("input", () => { text.textContent = view.say(label, { value: Number(field.value) }); });
      field.addEventListener("change", () => this._again(wish(Number(field.value))));
      field.setAttribute("aria-label", view.say(label, { value: "" }));
      return make("label", "wb-slid", text, field);
    }

    _again(wish) {
      return this.view.act({ do: "summarise", ...wish });
    }

    _comparisons() {
      const { view } = this;
      return Object.entries(view.payload.compared || {}).map(([code, found]) => {
        const column = view.payload.columns.find((c) => c.language === code);
        const said = found.refusal || view.say("overlap", { ...found, column: column.native });
        const title = make("p", "wb-title", said);
        const lines = found.bullets.map((bullet) => {
          const node = button("wb-line", "", (event) => view.jump(bullet.segments, event.currentTarget));
          const shared = make("span", "wb-match", bullet.common ? `✓ ${view.say("in_common")}` : `+ ${view.say("only_column")}`);
          const text = make("span", "wb-rendering", bullet.text);
          text.lang = code;
          node.append(make("span", "wb-place", bullet.segments.map((id) => view.place(id)).join(", ")), shared, text);
          return make("li", "", node);
        });
        return this._wide("wb-compared", title, make("ul", "", ...lines));
      });
    }
  };
})();
