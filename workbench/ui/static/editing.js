/* A field in place of a text: Enter saves, Escape leaves, other versions are one click away. */
"use strict";
window.WorkbenchEditing = (() => {
  const { make, button } = WorkbenchParts;

  /* Open a field for `text` in `host`; asked has {column, label, reasons, others, save, leave}.
     save(text) promises whether the text was kept; the caller then takes the field away. */
  function openField(view, host, text, asked) {
    const field = make("textarea", "wb-field");
    field.value = text;
    field.rows = Math.max(2, Math.ceil(text.length / 45));
    field.lang = asked.column.language;
    field.dir = asked.column.dir;
    field.setAttribute("aria-label", asked.label);
    const hint = make("p", "wb-hint", view.say("field_keys"));
    const reasons = asked.reasons.map((reason) => make("li", "", reason));
    const why = reasons.length ? make("ul", "wb-field-reasons", ...reasons) : null;
    if (why) why.lang = "en";
    const buttons = make("div", "wb-field-buttons",
      button("wb-button wb-save", view.say("save"), () => end(() => asked.save(field.value))),
      button("wb-button", view.say("cancel"), () => end(asked.leave)), hint);
    const form = make("div", "wb-form", why, field, others(view, field, text, asked.others), buttons);
    form.lang = view.code;
    let ended = false;
    const end = async (act) => {
      if (ended) return;
      ended = true;
      ended = (await act()) !== false;
    };
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") end(asked.leave);
      // While Japanese or Korean is being composed, Enter only ends the composition.
      const composing = event.isComposing || event.keyCode === 229;
      if (event.key !== "Enter" || event.shiftKey || composing || event.target !== field) return;
      event.preventDefault();
      end(() => asked.save(field.value));
    });
    form.addEventListener("dblclick", (event) => event.stopPropagation());
    host.append(form);
    field.focus({ preventScroll: true });
    field.setSelectionRange(text.length, text.length);
    form.scrollIntoView({ block: "nearest" });
    return form;
  }

  function others(view, field, text, texts) {
    const fresh = [...new Set(texts)].filter((other) => other && other !== text);
    if (!fresh.length) return null;
    const offers = fresh.map((other) => {
      const node = button("wb-other", other, () => {
        field.value = other;
        field.focus();
      });
      node.lang = field.lang;
      return node;
    });
    return make("div", "wb-others", make("span", "wb-hint", view.say("other_versions")), ...offers);
  }

  /* Open the cell of a row and column; `back` says where the focus goes afterwards. */
  function editCell(view, { id, column, finding, back }) {
    const row = view.payload.rows.find((other) => other.id === id);
    const known = view.rows.get(id);
    if (!view.editable || !known || !column || row.cells[column] === null || view.field) return;
    const cell = known.node.querySelector(`[data-column="${column}"]`);
    const doubts = (view.byRow.get(id) || []).filter((other) => other.column === column);
    view.mark([id]);
    view.field = { id, column };
    for (const child of cell.children) child.hidden = true;
    const leave = () => {
      view.field = null;
      view.redraw(id);
      if (back) back();
      else known.node.focus({ preventScroll: true });
    };
    openField(view, cell, row.cells[column], {
      column: view.payload.columns[column],
      label: `${view.say("edit_cell", { place: view.place(id) })}: ${view.payload.columns[column].native}`,
      reasons: (finding ? [finding] : doubts).map((doubt) => doubt.message),
      others: row.others?.[column] ?? [],
      save: async (text) => {
        const changed = text.trim() !== row.cells[column].trim();
        const reply = changed ? await view.act({ do: "revise", segment: id, column, text }) : null;
        // What could not be kept stays in the field.
        if (changed && !reply?.view) return false;
        leave();
        return true;
      },
      leave,
    });
  }

  return { openField, editCell };
})();
