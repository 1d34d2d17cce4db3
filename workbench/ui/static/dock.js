/* The panels beside the text, one at a time: tabs after the ARIA pattern, with counts.

   A panel is {name, label(), count(), node, draw(before), forget()}; the first one is open. */
"use strict";
window.WorkbenchDock = (() => {
  const { make, button } = WorkbenchParts;
  let number = 0;

  return class Dock {
    constructor(view, panels) {
      Object.assign(this, { view, panels, name: panels[0].name, id: `wb-dock-${(number += 1)}` });
      this.tabs = make("div", "wb-tabs");
      this.tabs.setAttribute("role", "tablist");
      this.tabs.setAttribute("aria-label", view.say("panels"));
      this.tabs.addEventListener("keydown", (event) => this._onKey(event));
      for (const panel of panels) {
        panel.node.id = `${this.id}-${panel.name}`;
        panel.node.setAttribute("role", "tabpanel");
        panel.node.setAttribute("aria-labelledby", `${panel.node.id}-tab`);
      }
      this.node = make("aside", "wb-dock", this.tabs, ...panels.map((panel) => panel.node));
      this.node.setAttribute("aria-label", view.say("panels"));
    }

    draw(before) {
      for (const panel of this.panels) panel.draw(before);
      const labels = JSON.stringify(this.panels.map((panel) => [panel.label(), panel.count()]));
      if (labels !== this.labels) {
        this.labels = labels;
        const focused = this.tabs.contains(document.activeElement);
        this.tabs.replaceChildren(...this.panels.map((panel) => this._tab(panel)));
        if (focused) this._open(this.name);
      }
      this._show();
    }

    forget() {
      this.name = this.panels[0].name;
      for (const panel of this.panels) panel.forget();
    }

    _tab(panel) {
      const node = button("wb-tab", panel.label(), () => this._open(panel.name));
      const count = panel.count();
      if (count !== null) node.append(make("span", "wb-count", String(count)));
      node.id = `${panel.node.id}-tab`;
      node.dataset.tab = panel.name;
      node.setAttribute("role", "tab");
      node.setAttribute("aria-controls", panel.node.id);
      return node;
    }

    _open(name) {
      this.name = name;
      this._show();
      this.tabs.querySelector(`[data-tab="${name}"]`).focus({ preventScroll: true });
    }

    _show() {
      for (const panel of this.panels) panel.node.hidden = panel.name !== this.name;
      for (const tab of this.tabs.children) {
        const chosen = tab.dataset.tab === this.name;
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
      }
    }

    _onKey(event) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const names = this.panels.map((panel) => panel.name);
      event.preventDefault();
      this._open(names[(names.indexOf(this.name) + step + names.length) % names.length]);
    }
  };
})();
