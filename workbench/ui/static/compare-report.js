/* Open the view of a comparison in a report, which has its figures around it. */
"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  document.body.classList.add("has-view");
  const view = { ...read("workbench-data"), figures: false };
  CompareView.mount(document.getElementById("workbench"), view, read("workbench-strings"), null);
})();
