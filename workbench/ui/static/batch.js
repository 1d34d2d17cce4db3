/* The view of a batch job: how far it is, what became of each file, and the way back to it.

   BatchView.mount(element, payload, strings, ask) shows the job of {job}; ask({do, job}) has the
   server look, cancel or resume (workbench.ui.batch_jobs). The number of a job stands in the
   address and in this browser's own list, so that a reload or another day finds it again. Every
   name and reason enters the page as a text node. */
"use strict";
window.BatchView = (() => {
  const { make, button, speaker } = WorkbenchParts;
  const views = new WeakMap();
  const LIST = "workbench.jobs";
  const KEPT = 8;
  const OFTEN = 1000; // milliseconds between two looks at a job that runs
  const LIVE = new Set(["waiting", "running"]);
  const MARKS = { waiting: "○", working: "◔", done: "●", partly: "◐", refused: "⬣", failed: "⬣", skipped: "–" };
  const LEVELS = { done: "done", partly: "warning", failed: "error", interrupted: "warning", cancelled: "warning" };

  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(LIST) || "[]").filter((id) => /^[a-z0-9]{8}$/.test(id));
    } catch {
      return []; // another program's value, or a browser that keeps nothing
    }
  };

  class View {
    constructor(element, strings, ask) {
      Object.assign(this, speaker(strings), { ask, job: "", value: null, clock: 0, asking: false });
      this.root = make("section", "wb-view wb-batch");
      Object.assign(this.root, { lang: this.code, tabIndex: -1 });
      this.root.setAttribute("aria-label", this.say("batch_view"));
      this.status = make("p", "wb-status");
      this.status.setAttribute("role", "status");
      this.bar = make("progress", "wb-progress");
      this.bar.setAttribute("aria-label", this.say("progress"));
      this.tools = make("div", "wb-tools");
      this.table = make("div", "wb-batch-files");
      const top = make("div", "wb-top", make("div", "wb-say", this.status, this.bar), this.tools);
      this.root.append(top, this.table, this._finder());
      element.replaceChildren(this.root);
    }

    /* Where a number brings a job back. */
    _finder() {
      const field = make("input", "wb-narrow");
      Object.assign(field, { type: "text", maxLength: 8, size: 10, autocomplete: "off", spellcheck: false });
      const label = make("label", "wb-hint", `${this.say("batch_number")} `, field);
      const form = make("form", "wb-batch-find", label, make("button", "wb-button", this.say("batch_open")));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (field.value.trim()) this.show(field.value.trim().toLowerCase());
      });
      this.recent = make("div", "wb-filters");
      return make("div", "wb-batch-back", form, this.recent);
    }

    draw(payload) {
      if (payload.job) this.show(payload.job, true);
      else if (payload.status && payload.status.level !== "idle") this._say(payload.status);
      else if (!this.job) this._return();
    }

    /* After a reload: the job of the address, else nothing but the list. */
    _return() {
      this._drawRecent();
      this._say({ key: "batch_empty", level: "idle" });
      const asked = new URLSearchParams(location.hash.slice(1)).get("job");
      if (asked) this.show(asked);
    }

    show(job, fresh = false) {
      this.job = job;
      if (fresh) this._say({ key: "batch_waiting", level: "idle" });
      this.look();
    }

    async look(action = "look") {
      clearTimeout(this.clock);
      const { job } = this;
      let reply;
      try {
        reply = await this.ask({ do: action, job });
      } catch {
        reply = { error: { key: "no_answer", values: {} } };
      }
      if (job !== this.job) return;
      if (reply.view) this._take(reply.view, action);
      else this._say({ ...reply.error, level: "error" });
      if (this._isLive() || (reply.error?.key === "no_answer" && this.value)) {
        this.clock = setTimeout(() => this.look(), document.hidden ? 5 * OFTEN : OFTEN);
      }
    }

    _isLive() {
      return this.value && this.value.job === this.job && LIVE.has(this.value.state);
    }

    _take(value, action) {
      const before = this.value;
      this.value = action === "resume" && !LIVE.has(value.state) ? { ...value, state: "waiting" } : value;
      if (before?.job !== value.job) this._keep(value.job);
      this._drawStatus();
      this._drawTools(before);
      this._drawFiles(before);
    }

    _keep(job) {
      history.replaceState(null, "", `#job=${job}`);
      try {
        localStorage.setItem(LIST, JSON.stringify([job, ...kept().filter((id) => id !== job)].slice(0, KEPT)));
      } catch {
        // Without a list the number is still in the address.
      }
      this._drawRecent();
    }

    _drawRecent() {
      const chips = kept().map((id) => button("wb-chip", id, () => this.show(id)));
      const title = make("span", "wb-hint", this.say("batch_recent"));
      this.recent.replaceChildren(...(chips.length ? [title, ...chips] : []));
    }

    _say(said) {
      const text = said.key ? this.say(said.key, said.values || {}) : "";
      if (this.status.textContent !== text) this.status.textContent = text;
      this.status.dataset.level = said.level || "";
      this.bar.hidden = true;
    }

    _drawStatus() {
      const { value } = this;
      const ended = value.files.filter((file) => !["waiting", "working"].includes(file.state)).length;
      const values = {
        job: value.job, done: value.done, total: value.total, rate: value.rate, reason: value.reason,
        files: ended, of: value.files.length + value.more, left: this._time(value.left),
      };
      const running = value.state === "running" && value.left >= 0 ? "batch_running_left" : `batch_${value.state}`;
      this._say({ key: running, values, level: LEVELS[value.state] });
      this.status.setAttribute("aria-live", value.state === "running" ? "off" : "polite");
      this.bar.hidden = !LIVE.has(value.state);
      if (value.total) Object.assign(this.bar, { max: value.total, value: value.done });
      else this.bar.removeAttribute("value");
    }

    _time(seconds) {
      if (seconds < 90) return this.say("batch_seconds", { n: Math.max(1, Math.round(seconds)) });
      if (seconds < 5400) return this.say("batch_minutes", { n: Math.round(seconds / 60) });
      return this.say("batch_hours", { n: Math.round(seconds / 360) / 10 });
    }

    _drawTools(before) {
      const { job, state, ready } = this.value;
      if (before?.job === job && before.state === state && before.ready === ready) return;
      const tools = [];
      if (ready && !LIVE.has(state)) {
        const link = make("a", "wb-button wb-batch-zip", this.say("batch_zip"));
        Object.assign(link, { href: `/wb-batch/${job}.zip`, download: `${job}.zip` });
        tools.push(link);
      }
      if (LIVE.has(state)) tools.push(button("wb-button", this.say("stop"), () => this.look("cancel")));
      else if (!["done", "partly"].includes(state)) {
        tools.push(button("wb-button", this.say("batch_resume"), () => this.look("resume")));
      }
      this.tools.replaceChildren(...tools);
    }

    _drawFiles(before) {
      const same = before?.job === this.value.job;
      if (same && JSON.stringify(before.files) === JSON.stringify(this.value.files)) return;
      if (!same) this.table.replaceChildren();
      const heads = ["batch_file", "batch_state", "batch_segments", "batch_doubts", "batch_outputs"];
      const table = make("table", "", make("thead", "", make("tr", "", ...heads.map((key) => {
        const head = make("th", "", this.say(key));
        head.scope = "col";
        return head;
      }))));
      const open = new Set([...this.table.querySelectorAll("details[open]")].map((d) => d.dataset.file));
      table.append(make("tbody", "", ...this.value.files.map((file) => this._row(file, open))));
      const more = this.value.more ? make("p", "wb-hint", this.say("batch_more", { n: this.value.more })) : "";
      this.table.replaceChildren(...(this.value.files.length ? [table, more].filter(Boolean) : []));
    }

    _row(file, open) {
      const name = make("th", "wb-batch-name", make("bdi", "", file.name));
      name.scope = "row";
      const notes = [file.reason, ...file.remarks].filter(Boolean);
      if (notes.length) name.append(this._notes(file, notes, open));
      const doubts = ["critical", "major", "minor"].filter((level) => file.doubts[level]);
      const told = doubts.map((level) => make("span", `wb-doubts wb-${level}`, `${this.say(level)} ${file.doubts[level]}`));
      const row = make("tr", "", name, this._state(file), make("td", "", file.segments ? String(file.segments) : ""),
        make("td", "", ...(told.length ? [make("div", "wb-batch-told", ...told)] : [])), make("td", "", file.outputs.length ? String(file.outputs.length) : ""));
      const heads = ["", "", "batch_segments", "batch_doubts", "batch_outputs"];
      [...row.children].forEach((cell, n) => { if (heads[n]) cell.dataset.head = this.say(heads[n]); });
      row.dataset.state = file.state;
      return row;
    }

    _notes(file, notes, open) {
      if (notes.length === 1) {
        const line = make("p", "wb-batch-note", notes[0]);
        line.lang = "en";
        return line;
      }
      const lines = make("ul", "wb-batch-note", ...notes.map((note) => make("li", "", note)));
      lines.lang = "en";
      const box = make("details", "", make("summary", "wb-hint", this.say("batch_notes", { n: notes.length })), lines);
      box.dataset.file = String(file.number);
      box.open = open.has(box.dataset.file);
      return box;
    }

    _state(file) {
      const mark = make("span", "wb-batch-mark", MARKS[file.state] || "");
      mark.setAttribute("aria-hidden", "true");
      const cell = make("td", "wb-batch-state", mark, this.say(`batch_file_${file.state}`));
      if (file.state === "working") {
        const bar = make("progress", "wb-progress");
        bar.setAttribute("aria-label", file.name);
        if (file.share >= 0) Object.assign(bar, { max: 1, value: file.share });
        cell.append(bar);
      }
      if (file.failed) cell.append(make("span", "wb-reason", this.say("batch_missing", { n: file.failed })));
      return cell;
    }
  }

  return {
    mount(element, payload, strings, ask) {
      const view = new View(element, strings, ask);
      views.set(element, view);
      view.draw(payload);
    },
    update(element, payload) {
      views.get(element)?.draw(payload);
    },
  };
})();
