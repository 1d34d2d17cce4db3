/* The parts that the aligned view is made of: elements, words, copies of columns, marked text. */
"use strict";
window.WorkbenchParts = (() => {
  const UNSPACED = new Set(["ja", "zh", "th"]);

  function make(tag, className, ...children) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...children.filter((child) => child !== null && child !== ""));
    return node;
  }

  function button(className, label, act) {
    const node = make("button", className, label);
    node.type = "button";
    node.addEventListener("click", act);
    return node;
  }

  function pick(strings) {
    const wanted = (navigator.languages || [navigator.language]).map((tag) => tag.split("-")[0]);
    return wanted.find((code) => code in strings) || "en";
  }

  /* A speaker of one language: say("left", {seconds: 3}) is "3 s left". */
  function speaker(strings) {
    const code = pick(strings);
    const table = { ...strings.en, ...strings[code] };
    const numbers = new Intl.NumberFormat(code, { maximumFractionDigits: 1 });
    const names = new Intl.DisplayNames([code], { type: "language" });
    const shown = (key, value) =>
      typeof value === "number" ? numbers.format(value)
        : key.startsWith("language") && value ? names.of(value) : String(value ?? "");
    const say = (key, values = {}) =>
      (table[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => shown(name, values[name]));
    return { code, say, has: (key) => key in table };
  }

  async function toClipboard(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without permission, or outside a secure context, only the old way is left.
      const area = make("textarea", "wb-off-screen");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  }

  /* content is a text, or the bytes of a file that is none. */
  function toFile(name, content) {
    const link = make("a");
    const type = typeof content === "string" ? "text/plain;charset=utf-8" : "application/octet-stream";
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  const isTitle = (row) => row.kind === "heading";
  const lineOf = (row, column) => [row.prefix[column], row.cells[column]].filter(Boolean).join(" ");

  /* A column as running text: sentences of a paragraph stand together, paragraphs apart. */
  function columnText(payload, column) {
    const joint = UNSPACED.has(payload.columns[column].language) ? "" : " ";
    let text = "";
    payload.rows.forEach((row, index) => {
      const before = payload.rows[index - 1];
      const together = before && before.paragraph === row.paragraph && !row.prefix[column];
      const gap = !before ? "" : together && !isTitle(before) ? joint : "\n";
      text += gap + lineOf(row, column);
    });
    return `${text}\n`;
  }

  /* All columns as a table that a spreadsheet takes; no cell can be a formula there. */
  function tableText(payload) {
    const cell = (text) => text.replace(/\s+/g, " ").trim().replace(/^(?=[=+\-@])/, "'");
    const head = payload.columns.map((column) => column.native);
    const rows = payload.rows.map((row) => row.cells.map((_, i) => cell(lineOf(row, i))));
    return [head, ...rows].map((cells) => cells.join("\t")).join("\n") + "\n";
  }

  /* Text with its doubtful spans marked. Spans count code points, strings count UTF-16 units. */
  function markedText(text, findings) {
    const points = Array.from(text);
    const spans = findings.filter((f) => f.span).sort((a, b) => a.span[0] - b.span[0]);
    const nodes = [];
    let at = 0;
    for (const { span: [start, end], severity } of spans) {
      if (start < at || end <= start || end > points.length) continue;
      nodes.push(points.slice(at, start).join(""));
      nodes.push(make("mark", `wb-span wb-${severity}`, points.slice(start, end).join("")));
      at = end;
    }
    nodes.push(points.slice(at).join(""));
    return nodes;
  }

  return { make, button, speaker, toClipboard, toFile, columnText, tableText, markedText };
})();
