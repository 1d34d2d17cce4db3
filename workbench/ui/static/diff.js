/* What a text has that another has not, and the other way round.

   Diff.marks(base, text, language) is a list of [kind, piece]: "same" and "ins" pieces are the text,
   in order; "same" and "del" pieces are the base. Words are compared in languages that write them
   apart; in Japanese and Korean runs of one script, in other unspaced languages single signs.
   By the longest common subsequence of these (Wagner & Fischer 1974). */
"use strict";
window.Diff = (() => {
  const RUNS = new Set(["ja", "ko"]);
  const SIGNS = new Set(["zh", "th"]);
  const MOST = 4e6; // pairs of tokens that are compared; the middle of longer texts is exchanged whole
  const ALIKE = 0.2; // texts that share less differ as a whole

  const REST = "\\s+|\\p{Extended_Pictographic}(?:\\p{M}|\\p{EMod}|\\u200d\\p{Extended_Pictographic})*|[^]\\p{M}*";
  const NUMBER = "\\p{Nd}+(?:[.,:/]\\p{Nd}+)*";
  // The mark of a long vowel and the small signs of counting belong to the run they stand in.
  const RUN = ["Han}々〆ヶ", "Hiragana}ー", "Katakana}ーヽヾ・", "Hangul}", "Latin}'’"];
  const runs = RUN.map((script) => `[\\p{Script=${script}][\\p{Script=${script}\\p{M}]*`);
  const WORD = "[\\p{L}\\p{M}](?:[\\p{L}\\p{M}\\p{Nd}]|['’\\-](?=\\p{L}))*";
  const BY_RUN = new RegExp([...runs, NUMBER, REST].join("|"), "gu");
  const BY_WORD = new RegExp([WORD, NUMBER, REST].join("|"), "gu");
  const BY_SIGN = new RegExp(["[\\p{Script=Latin}]+", NUMBER, REST].join("|"), "gu");
  const TELLING = /[\p{L}\p{N}]/u;

  function tokens(text, language) {
    const form = RUNS.has(language) ? BY_RUN : SIGNS.has(language) ? BY_SIGN : BY_WORD;
    return text.match(form) ?? [];
  }

  /* Keep what is alike at both ends; only the middle has to be compared. */
  function align(base, text) {
    const equal = (i, j) => base[i] === text[j];
    let start = 0;
    let [m, n] = [base.length, text.length];
    while (start < m && start < n && equal(start, start)) start += 1;
    while (m > start && n > start && equal(m - 1, n - 1)) [m, n] = [m - 1, n - 1];
    const middle = compared(base.slice(start, m), text.slice(start, n));
    const same = (part) => part.map((token) => ["same", token]);
    return [...same(text.slice(0, start)), ...middle, ...same(text.slice(n))];
  }

  function compared(base, text) {
    const [m, n] = [base.length, text.length];
    if (m * n > MOST) return [...base.map((t) => ["del", t]), ...text.map((t) => ["ins", t])];
    const common = lengths(base, text);
    const steps = [];
    let [i, j] = [0, 0];
    while (i < m || j < n) {
      const down = common[(i + 1) * (n + 1) + j];
      if (i < m && j < n && base[i] === text[j]) {
        steps.push(["same", text[j]]);
        [i, j] = [i + 1, j + 1];
      } else if (j === n || (i < m && down >= common[i * (n + 1) + j + 1])) steps.push(["del", base[i++]]);
      else steps.push(["ins", text[j++]]);
    }
    return steps;
  }

  /* The length of the longest common subsequence of what follows i in the base and j in the text. */
  function lengths(base, text) {
    const [m, n] = [base.length, text.length];
    const common = new Uint32Array((m + 1) * (n + 1));
    for (let i = m - 1; i >= 0; i -= 1) {
      for (let j = n - 1; j >= 0; j -= 1) {
        const at = i * (n + 1) + j;
        common[at] = base[i] === text[j] ? common[at + n + 2] + 1 : Math.max(common[at + n + 1], common[at + 1]);
      }
    }
    return common;
  }

  /* Between two changes a blank or a comma that happens to be the same only breaks up reading. */
  function joined(steps) {
    const pieces = [];
    let [gone, come] = ["", ""];
    const close = () => {
      if (gone) pieces.push(["del", gone]);
      if (come) pieces.push(["ins", come]);
      [gone, come] = ["", ""];
    };
    steps.forEach(([kind, token], at) => {
      const apart = kind === "same" && !TELLING.test(token) && (gone || come) && changesAfter(steps, at);
      if (kind === "del" || apart) gone += token;
      if (kind === "ins" || apart) come += token;
      if (kind !== "same" || apart) return;
      close();
      const last = pieces[pieces.length - 1];
      if (last?.[0] === "same") last[1] += token;
      else pieces.push(["same", token]);
    });
    close();
    return pieces;
  }

  function changesAfter(steps, at) {
    const next = steps.slice(at + 1, at + 3).find(([kind, token]) => kind !== "same" || TELLING.test(token));
    return next !== undefined && next[0] !== "same";
  }

  function marks(base, text, language) {
    if (base === text) return text ? [["same", text]] : [];
    return joined(align(tokens(base, language), tokens(text, language)));
  }

  /* Whether so little is common that marks would only say: it is another text. */
  function apart(pieces) {
    const size = (kinds) => pieces.reduce((sum, [kind, piece]) =>
      sum + (kinds.includes(kind) && TELLING.test(piece) ? piece.length : 0), 0);
    const all = size(["same", "ins"]) + size(["same", "del"]);
    return all > 0 && (2 * size(["same"])) / all < ALIKE;
  }

  return { marks, apart, tokens };
})();
