/* What the page does besides the aligned view: Ctrl+Enter or ⌘+Enter starts, wherever the focus is. */
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const starts = [...document.querySelectorAll("button:is(#wb-start, #wb-compare-start, #wb-batch-start):not([disabled])")];
  const start = starts.find((button) => button.offsetParent);
  if (!start) return;
  event.preventDefault();
  // Gradio hands a text over when its field changes; leaving the field makes sure of that.
  document.activeElement?.dispatchEvent(new Event("change", { bubbles: true }));
  setTimeout(() => start.click(), 60);
});
