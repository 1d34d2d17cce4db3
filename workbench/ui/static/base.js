/* What every view of a result has: words, a line of status, wishes to the server, downloads.

   A view extends this class, puts the parts where it wants them, and has draw(payload). */
"use strict";
window.WorkbenchBase = (() => {
  const { make, button, speaker, toFile } = WorkbenchParts;
  const { ICONS } = WorkbenchWork;

  return class Base {
    constructor(strings, ask) {
      Object.assign(this, speaker(strings), { ask, asked: Promise.resolve(), waiting: 0, late: null, notice: null });
      this.open = new Set(); // doubts whose reasons are shown
      this.status = make("p", "wb-status");
      this.status.setAttribute("role", "status");
      this.bar = make("progress", "wb-progress");
      this.bar.setAttribute("aria-label", this.say("progress"));
      this.foot = make("footer", "wb-foot");
      this.taking = make("div", "wb-taking");
      this.warnings = make("ul", "wb-warnings");
      this.taking.hidden = this.warnings.hidden = true;
    }

    /* Whether the server holds the result and takes wishes about it. */
    get editable() {
      return Boolean(this.ask && this.payload.desk);
    }

    /* Have the server do something; wishes go one after the other, and late replies are dropped. */
    act(wish) {
      const { run } = this.payload;
      const take = (reply) => {
        this.waiting -= 1;
        return this.payload.run === run ? this._take(reply) : null;
      };
      const lost = () => take({ error: { key: "no_answer", values: {} } });
      this.waiting += 1;
      this.asked = this.asked.then(() => this.ask({ ...wish, run })).then(take, lost);
      return this.asked;
    }

    undo() {
      return this.act({ do: "undo" });
    }

    _take(reply) {
      this.notice = reply.stale ? { key: "stale", level: "warning" }
        : reply.error ? { ...reply.error, level: "error" }
          : reply.said ? { ...reply.said, level: "done" } : null;
      this.late = reply.view || this.late;
      // While more is asked for, what is on the screen is ahead of this reply.
      if (this.late && !this.waiting) {
        const view = this.late;
        this.late = null;
        this.draw(view);
      } else if (this.notice) this._drawStatus();
      return reply;
    }

    differs(before, ...names) {
      return names.some((name) => JSON.stringify(before[name]) !== JSON.stringify(this.payload[name]));
    }

    _showStatus(text, level, running, counts) {
      if (this.status.textContent !== text) this.status.textContent = text;
      this.status.dataset.level = level;
      this.status.setAttribute("aria-live", running ? "off" : "polite");
      this.bar.hidden = !running;
      this.bar.max = counts.total || 1;
      this.bar.value = counts.done;
      this.root.setAttribute("aria-busy", String(running));
    }

    /* Where the page is long above the view, as on a telephone, a new run would start unseen. */
    _comeIntoSight() {
      if (this.root.getBoundingClientRect().top < innerHeight * 0.75) return;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.root.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
    }

    icon(severity) {
      const shape = make("span", "wb-icon", ICONS[severity]);
      shape.setAttribute("aria-hidden", "true");
      const name = make("span", "wb-off-screen", `${this.say(severity)}: `);
      return make("span", "wb-severity", shape, name);
    }

    checkName(check) {
      return this.has(`check_${check}`) ? this.say(`check_${check}`) : check;
    }

    _drawWarnings(before) {
      if (!this.differs(before, "warnings", "run")) return;
      const lines = (this.payload.warnings || []).map((line) => make("li", "", this.icon("major"), line));
      for (const line of lines) line.lang = "en";
      this.warnings.hidden = !lines.length;
      this.warnings.replaceChildren(...lines);
    }

    _drawTaking(before) {
      if (!this.differs(before, "desk", "run", "formats")) return;
      const formats = this.editable ? this.payload.formats : [];
      const offers = formats.map((format) =>
        button("wb-button", this.say(`format_${format}`), () => this._takeAway(format)));
      this.taking.hidden = !offers.length;
      this.taking.replaceChildren(make("span", "wb-hint", this.say("downloads")), ...offers);
    }

    async _takeAway(format) {
      const reply = await this.act({ do: "export", format });
      if (reply?.text !== undefined) toFile(reply.name, reply.text);
      if (reply?.base64) {
        toFile(reply.name, Uint8Array.from(atob(reply.base64), (c) => c.charCodeAt(0)));
      }
    }

    _drawFoot(before) {
      if (!this.differs(before, "footer", "run")) return;
      const { footer } = this.payload;
      this.foot.hidden = !footer;
      const lines = footer.split("\n").map((line) => make("code", "", line));
      const summary = make("summary", "", this.say("made_by"));
      this.foot.replaceChildren(make("details", "", summary, ...lines));
    }
  };
})();
