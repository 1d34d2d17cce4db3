/* Regular expressions that are searched for in time linear in the text, whatever the pattern.

   The browser's own search backtracks: (a+)+$ can hold the page for years. Here a pattern becomes a
   finite automaton, followed in all its states at once (Thompson 1968, "Regular Expression Search
   Algorithm"), and each set of states is computed once. Upper and lower case are the same. What no
   automaton can do, looking around and back references, is refused. */
"use strict";
window.WorkbenchPattern = (() => {
  const MOST = 1000; // nodes of an automaton
  const HELD = 2000; // sets of states that are remembered
  const ATOM = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[\dA-F]{4}|x[\dA-F]{2}|c[A-Z]|.)|\[(?:\\.|[^\]\\])*\]|[^]/iuy;
  const COUNT = /(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/uy;
  const GROUP = /\((?:\?:|\?<(?![=!])[^>]*>)?/uy;
  const LETTER = /^[\p{L}\p{N}_]$/u;
  const BOUNDS = { "^": "start", $: "end", "\\b": "edge", "\\B": "within" };

  /* Why a pattern cannot be used; the message is a key of the page's words. */
  class Refused extends Error {}

  class Reader {
    constructor(source) {
      Object.assign(this, { source, at: 0 });
    }

    take(form) {
      form.lastIndex = this.at;
      const found = form.exec(this.source);
      if (found) this.at = form.lastIndex;
      return found;
    }

    choice() {
      const options = [this.sequence()];
      while (this.source[this.at] === "|") {
        this.at += 1;
        options.push(this.sequence());
      }
      return options.length > 1 ? { options } : options[0];
    }

    sequence() {
      const parts = [];
      while (this.at < this.source.length && !"|)".includes(this.source[this.at])) parts.push(this.counted());
      return { parts };
    }

    counted() {
      const item = this.item();
      const [found, least, comma, most] = this.take(COUNT) ?? [];
      if (!found) return item;
      if (least !== undefined) return { item, least: Number(least), most: Number(comma ? most || Infinity : least) };
      return { item, least: found[0] === "+" ? 1 : 0, most: found[0] === "?" ? 1 : Infinity };
    }

    item() {
      if (this.source[this.at] === "(") {
        const opening = this.take(GROUP)[0];
        if (opening === "(" && this.source[this.at] === "?") throw new Refused("compare_pattern_refused");
        const inner = this.choice();
        this.at += 1; // the closing bracket, which the browser has seen before
        return inner;
      }
      const atom = this.take(ATOM)[0];
      if (BOUNDS[atom]) return { bound: BOUNDS[atom] };
      if (/^\\[1-9k]/.test(atom)) throw new Refused("compare_pattern_refused");
      const form = new RegExp(`^${atom === "/" ? "\\/" : atom}$`, "iu");
      return { test: (sign) => form.test(sign) };
    }
  }

  class Automaton {
    constructor(tree) {
      this.nodes = [];
      this.kinds = new Map(); // sign -> what the pattern makes of it
      this.end = this.node({});
      this.first = this.build(tree, this.end);
      this.forget();
    }

    forget() {
      this.held = new Map();
      this.begin = this.state([], "start", false);
    }

    node(value) {
      if (this.nodes.length >= MOST) throw new Refused("compare_pattern_long");
      this.nodes.push({ ...value, id: this.nodes.length });
      return this.nodes[this.nodes.length - 1];
    }

    build(tree, next) {
      if (tree.parts) return tree.parts.reduceRight((after, part) => this.build(part, after), next);
      if (tree.options) return this.node({ ways: tree.options.map((option) => this.build(option, next)) });
      if (tree.item) return this.repeat(tree, next);
      return this.node({ ...tree, next });
    }

    repeat({ item, least, most }, next) {
      let rest = next;
      if (most === Infinity) {
        rest = this.node({ ways: [next] });
        rest.ways.unshift(this.build(item, rest));
      } else for (let n = least; n < most; n += 1) rest = this.node({ ways: [this.build(item, rest), next] });
      for (let n = 0; n < least; n += 1) rest = this.build(item, rest);
      return rest;
    }

    /* Where the automaton can be before a sign: its nodes, and what stood before. */
    state(nodes, place, letter) {
      const key = `${nodes.map((node) => node.id).join()} ${place} ${letter}`;
      if (!this.held.has(key)) this.held.set(key, { nodes, place, letter, after: new Map() });
      return this.held.get(key);
    }

    /* Signs that fit the same parts of the pattern are of one kind: few steps have to be found. */
    kind(sign) {
      if (!this.kinds.has(sign)) {
        const fits = this.nodes.filter((node) => node.test?.(sign)).map((node) => node.id);
        this.kinds.set(sign, `${fits.join()} ${LETTER.test(sign)}`);
      }
      return this.kinds.get(sign);
    }

    /* All nodes that a state reaches without taking a sign; `sign` is the next one, "" at the end. */
    reached(state, sign) {
      const edge = state.letter !== LETTER.test(sign);
      const holds = { start: state.place === "start", end: sign === "", edge, within: !edge };
      const seen = new Set();
      const waiting = [this.first, ...state.nodes];
      while (waiting.length) {
        const node = waiting.pop();
        if (seen.has(node)) continue;
        seen.add(node);
        if (node.ways) waiting.push(...node.ways);
        else if (node.bound && holds[node.bound]) waiting.push(node.next);
      }
      return seen;
    }

    after(state, sign) {
      const seen = this.reached(state, sign);
      if (seen.has(this.end)) return null;
      const moved = [...seen].filter((node) => node.test?.(sign)).map((node) => node.next);
      const nodes = [...new Set(moved)].sort((a, b) => a.id - b.id);
      return this.state(nodes, "inside", LETTER.test(sign));
    }

    /* Whether the text has the pattern anywhere. */
    test(text) {
      let state = this.begin;
      for (const sign of text) {
        const kind = this.kind(sign);
        let next = state.after.get(kind);
        if (next === undefined) {
          if (this.held.size > HELD) this.forget();
          next = this.after(state, sign);
          state.after.set(kind, next);
        }
        if (next === null) return true;
        state = next;
      }
      return this.reached(state, "").has(this.end);
    }
  }

  /* Return {test(text)} for a pattern.
     Throws SyntaxError as the browser words it, or Refused with a key of the page's words. */
  function compile(source) {
    RegExp(source, "iu");
    if (source.length > MOST) throw new Refused("compare_pattern_long");
    return new Automaton(new Reader(source).choice());
  }

  return { compile, Refused };
})();
