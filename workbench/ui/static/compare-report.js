/* Open the view of a comparison in a report, which has its figures around it. */
"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const view = { ...read("workbench-data"), figures: false };
  CompareView.mount(document.getElementById("workbench"), view, read("workbench-strings"), null);
  // Not before: if the view cannot be drawn, the plain rows are still there.
  document.body.classList.add("has-view");
})();
