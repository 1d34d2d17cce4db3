/* The doubts about a cell, a badge for each kind; a badge opens the reasons. */
"use strict";
window.WorkbenchBadges = (() => {
  const { make, button } = WorkbenchParts;
  const { SEVERITIES } = WorkbenchWork;

  /* A badge per kind of doubt; it opens the reasons. */
  function badges(view, findings) {
    const box = make("div", "wb-badges");
    box.lang = view.code;
    const kinds = new Map();
    for (const finding of findings) {
      kinds.set(finding.check, [...(kinds.get(finding.check) || []), finding]);
    }
    for (const group of kinds.values()) box.append(...badge(view, group));
    return box;
  }

  function badge(view, group) {
    const [{ check, id }] = group;
    const severity = SEVERITIES.find((level) => group.some((f) => f.severity === level));
    const reasons = make("ul", `wb-reasons wb-${severity}`,
      ...group.map((finding) => make("li", "", finding.message)));
    reasons.id = `wb-reasons-${id}`;
    reasons.lang = "en";
    const node = button(`wb-badge wb-${severity}`, "", () => {
      if (view.open.has(id)) view.open.delete(id);
      else view.open.add(id);
      show();
    });
    const show = () => {
      reasons.hidden = !view.open.has(id);
      node.setAttribute("aria-expanded", String(!reasons.hidden));
    };
    node.append(view.icon(severity), view.checkName(check));
    if (group.length > 1) node.append(` ×${group.length}`);
    node.title = group.map((finding) => finding.message).join("\n");
    node.dataset.findings = group.map((finding) => finding.id).join(" ");
    node.setAttribute("aria-controls", reasons.id);
    show();
    return [node, reasons];
  }

  return { badges };
})();
