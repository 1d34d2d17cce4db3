/* The text of a cell with what differs from the base and what is doubtful; what votes say of it. */
"use strict";
window.WorkbenchCompareText = (() => {
  const { make, markedText } = WorkbenchParts;

  /* Spans of doubts count code points of the whole text; a piece gets those parts that lie in it. */
  function within(findings, start, end) {
    return findings.filter((f) => f.span && f.span[0] < end && f.span[1] > start).map((f) =>
      ({ ...f, span: [Math.max(0, f.span[0] - start), Math.min(end, f.span[1]) - start] }));
  }

  /* A line under the blank after a word would look like one more sign. */
  function come(piece, parts) {
    const rest = /^\s*\S.*?(\s+)$/su.exec(piece)?.[1] ?? "";
    const last = parts[parts.length - 1];
    if (!rest || typeof last !== "string" || !last.endsWith(rest)) return [make("ins", "", ...parts)];
    return [make("ins", "", ...parts.slice(0, -1), last.slice(0, -rest.length)), rest];
  }

  /* {nodes, apart}: the text marked against a base (null: no marks); apart: too little is common. */
  function marked(text, base, language, findings) {
    const plain = { nodes: markedText(text, findings), apart: false };
    if (!base) return plain;
    const pieces = Diff.marks(base, text, language);
    if (Diff.apart(pieces)) return { ...plain, apart: true };
    let at = 0;
    const nodes = pieces.flatMap(([kind, piece]) => {
      if (kind === "del") return [make("del", "", piece.trim() || piece)];
      const start = at;
      at += Array.from(piece).length;
      const parts = markedText(piece, within(findings, start, at));
      return kind === "ins" ? come(piece, parts) : parts;
    });
    return { nodes, apart: false };
  }

  /* The votes that a system is the best of a row; the same text cannot be worse. */
  function bestOf(row, system) {
    const votes = row.cells.map((text, other) =>
      ({ system, other, outcome: text === row.cells[system] ? "equal" : "better" }));
    return votes.filter(({ other }) => other !== system && row.cells[other]);
  }

  /* What the votes of a row say of a system: [["best", null]], or a word for each other system. */
  function verdicts(row, system) {
    const own = row.votes.filter((vote) => vote.system === system);
    const won = ({ other, outcome }) => own.some((vote) => vote.other === other && vote.outcome === outcome);
    const best = row.cells[system] ? bestOf(row, system) : [];
    if (best.length && best.every(won)) return [["best", null]];
    return own.map((vote) => [vote.outcome, vote.other]);
  }

  return { marked, bestOf, verdicts };
})();
