/* Sorting and filtering in the report of a batch job. Without it, the report is all there. */
"use strict";
(() => {
  const table = document.querySelector(".wb-files");
  if (!table) return;
  const [find, state, count] = ["wb-find", "wb-state", "wb-count"].map((id) => document.getElementById(id));
  const files = [...table.tBodies];
  const heads = [...table.tHead.rows[0].cells];
  const order = new Intl.Collator(undefined, { numeric: true }).compare;
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const texts = new Map(); // what of a file can be found; made when somebody first looks for it

  const key = (file, column) => {
    const cell = file.rows[0].cells[column];
    const text = cell.dataset.sort ?? cell.textContent;
    return "figure" in heads[column].dataset ? Number(text.replaceAll(",", "")) : text;
  };

  // Figures begin with the largest, names and numbers with the first.
  const sort = (column) => {
    const head = heads[column];
    const figures = "figure" in head.dataset && head.dataset.key !== "number";
    const first = figures ? "descending" : "ascending";
    const turned = head.getAttribute("aria-sort") === first;
    const direction = turned ? (figures ? "ascending" : "descending") : first;
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", direction);
    const sign = direction === "ascending" ? 1 : -1;
    const keys = new Map(files.map((file) => [file, key(file, column)]));
    const compare = figures || head.dataset.key === "number" ? (a, b) => a - b : order;
    const sorted = files.toSorted((a, b) => sign * compare(keys.get(a), keys.get(b)));
    table.append(...sorted);
  };

  const filter = () => {
    const words = plain(find.value).split(/\s+/).filter(Boolean);
    let left = 0;
    for (const file of files) {
      if (words.length && !texts.has(file)) texts.set(file, plain(file.textContent));
      const fits = (!state.value || file.dataset.state === state.value) && words.every((word) => texts.get(file).includes(word));
      file.hidden = !fits;
      left += fits;
    }
    const all = files.length.toLocaleString("en");
    count.textContent = left === files.length ? `${all} files` : `${left.toLocaleString("en")} of ${all} files`;
  };

  // A link leads to a file or a manifest whatever the filter says, and opens it.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.hidden) {
      find.value = state.value = "";
      filter();
    }
    const folded = target.matches("details") ? target : target.querySelector("details");
    if (folded && (folded === target || files.includes(target))) folded.open = true;
    // When what was shown and opened has its place, and not before.
    requestAnimationFrame(() => target.scrollIntoView());
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
  heads[0].setAttribute("aria-sort", "ascending");
  find.addEventListener("input", filter);
  state.addEventListener("change", filter);
  find.closest("[hidden]").hidden = false;
  // A browser that comes back to the page may have kept what was typed.
  if (find.value || state.value) filter();
  window.addEventListener("hashchange", reveal);
  reveal();
})();
