"use strict";
// The laboratory: a slider for h moves a secant, a microscope, and a dot on the error curve.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // Two characters a number from -2 to 2; ".." is none.
  const unpack = (text) => Array.from({ length: text.length / 2 }, (_, k) => {
    const high = ALPHABET.indexOf(text[2 * k]), low = ALPHABET.indexOf(text[2 * k + 1]);
    return high < 0 ? NaN : (64 * high + low) * 4 / 4095 - 2;
  });

  const raised = (exponent) => String(exponent).replace(/./g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
  const power = (exponent) => exponent === 0 ? "1" : exponent === 1 ? "10" : `10${raised(exponent)}`;
  const minus = (text) => text.replace("-", "−");
  // 0.00123 as "1.23 × 10⁻³", a power of ten as "10⁻³"; `digits` after the first.
  const scientific = (value, digits) => {
    if (value === 0) return "0";
    const [mantissa, exponent] = value.toExponential(digits).split("e");
    const shown = digits ? mantissa.replace(/\.?0+$/, "") : mantissa;
    const e = Number(exponent);
    if (shown === "1") return power(e);
    if (e >= -2 && e <= 2) return minus(String(Number(value.toPrecision(digits + 1))));
    return `${minus(shown)} × ${power(e)}`;
  };

  // All digits of a number, with × 10ⁿ in place of an exponent.
  const digitsOf = (value) => {
    const [mantissa, exponent] = String(value).split("e");
    return minus(mantissa) + (exponent ? ` × ${power(Number(exponent))}` : "");
  };

  const make = (parent, name, attributes = {}, text = "") => {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    parent.append(node);
    return node;
  };
  // Nothing is drawn further away than this: a browser refuses numbers beyond single precision.
  const FAR = 1e5;
  const within = (value) => Math.min(Math.max(value, -FAR), FAR);
  const round = (value) => Math.round(within(value) * 10) / 10;
  const path = (points) => {
    let text = "", up = true;
    for (const [x, y] of points) {
      if (!Number.isFinite(x) || !Number.isFinite(y)) { up = true; continue; }
      text += `${up ? "M" : "L"}${round(x)} ${round(y)}`;
      up = false;
    }
    return text;
  };
  const logarithm = (value) => value > 0 ? Math.log10(value) : NaN;
  // At most `most` round numbers between two.
  const ticks = (low, high, most) => {
    const rough = (high - low) / most, decade = 10 ** Math.floor(Math.log10(rough));
    const step = decade * [1, 2, 5, 10].find((factor) => factor * decade >= rough);
    const found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
    const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return found.map((at) => [at, minus(places > 6 || Math.abs(at) >= 1e6 ? String(Number(at.toPrecision(9))) : at.toFixed(places).replace("-0", at === 0 ? "0" : "-0"))]);
  };

  // A picture as large as its place on the page, with margins in em.
  class Picture {
    constructor(svg) {
      this.svg = svg;
      this.number = Picture.count = (Picture.count || 0) + 1;
      this.rule = document.createElement("canvas").getContext("2d");  // measures words without a layout
    }
    // What only the browser knows; asking for it makes the browser lay out the page.
    look() {
      const box = this.svg.getBoundingClientRect();
      const style = getComputedStyle(this.svg);
      this.em = parseFloat(style.fontSize);
      this.rule.font = `${style.fontSize} ${style.getPropertyValue("--sans") || style.fontFamily}`;
      this.width = Math.max(box.width, 200);
      this.height = Math.max(box.height, 120);
    }
    length(label) {
      return this.rule.measureText(label).width;
    }
    // Margins in em, but for the left one, which holds the longest of the labels.
    clear(margins, labels) {
      [this.top, this.right, this.bottom] = margins.map((m) => m * this.em);
      this.right = this.width - this.right;
      this.bottom = this.height - this.bottom;
      this.svg.setAttribute("viewBox", `0 0 ${round(this.width)} ${round(this.height)}`);
      this.svg.replaceChildren();
      this.left = Math.max(...labels.map((label) => this.length(label)), 2 * this.em) + 0.8 * this.em;
      const clip = make(make(this.svg, "defs"), "clipPath", { id: `${this.svg.closest(".lab").id}-clip-${this.number}` });
      make(clip, "rect", { x: this.left, y: this.top, width: this.right - this.left, height: this.bottom - this.top });
      this.clip = `url(#${clip.id})`;
      this.still = make(this.svg, "g");
      this.inside = make(this.svg, "g", { "clip-path": this.clip });
      this.moving = make(this.svg, "g", { "clip-path": this.clip });
      this.front = make(this.svg, "g", { "clip-path": this.clip });
      this.marks = make(this.svg, "g", { "clip-path": this.clip });
      this.above = make(this.svg, "g");
    }
    fits() {
      const box = this.svg.getBoundingClientRect();
      return Math.abs(Math.max(box.width, 200) - this.width) < 0.5 && Math.abs(Math.max(box.height, 120) - this.height) < 0.5;
    }
    scale(x0, x1, y0, y1) {
      this.x = (value) => this.left + (value - x0) / (x1 - x0) * (this.right - this.left);
      this.y = (value) => this.bottom - (value - y0) / (y1 - y0) * (this.bottom - this.top);
      this.tilt = -(this.bottom - this.top) / (this.right - this.left) * (x1 - x0) / (y1 - y0);
    }
    // From edge to edge, the straight line through a point; where it is steep, it ends above and below.
    line(x, y, slope) {
      const px = this.x(x), py = this.y(y), steep = slope * this.tilt;
      return path([this.left, this.right].map((at) => {
        const height = py + steep * (at - px);
        return Math.abs(height) <= FAR ? [at, height] : [px + (Math.sign(height) * FAR - py) / steep, Math.sign(height) * FAR];
      }));
    }
    column(x, label, style = "") {
      make(this.still, "line", { class: `lab-grid ${style}`, x1: round(x), x2: round(x), y1: this.top, y2: this.bottom });
      if (label) make(this.still, "text", { x: round(x), y: this.bottom + 1.35 * this.em, "text-anchor": "middle" }, label);
    }
    row(y, label, style = "") {
      make(this.still, "line", { class: `lab-grid ${style}`, x1: this.left, x2: this.right, y1: round(y), y2: round(y) });
      if (label) make(this.still, "text", { x: this.left - 0.5 * this.em, y: round(y) + 0.34 * this.em, "text-anchor": "end" }, label);
    }
    title(text) {
      make(this.still, "text", { class: "lab-axis", x: this.right, y: this.bottom + 2.75 * this.em, "text-anchor": "end" }, text);
    }
  }

  const start = (root) => {
    const data = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    const { steps, words } = data;
    const last = steps.length - 1;
    const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
    const find = (name) => root.querySelector(`.lab-${name}`);
    const all = (name) => Array.from(root.querySelectorAll(name));
    const live = find("live"), range = find("h"), play = find("play"), output = find("readout");
    const chooseCase = find("case"), choosePoint = find("point"), formulas = all(".lab-formula");
    const near = new Picture(find("function")), lens = new Picture(find("lens")), curve = new Picture(find("errors"));
    const chosen = (group) => root.querySelector(`input[name$="-${group}"]:checked`).value;

    const state = { place: null, formula: "", precision: "", k: last };
    const seen = new Map();
    const unpacked = (text) => {
      if (!seen.has(text)) seen.set(text, unpack(text));
      return seen.get(text);
    };
    const errors = () => state.place.errors[state.formula];
    const series = () => errors()[state.precision];
    const regimeAt = (k) => data.regimes[series().regime[k]];
    const dominant = () => {
      const regime = regimeAt(state.k);
      if (regime === "exact" && !state.place.certain) return say("agrees");
      return say(regime === "step-lost" && state.formula === "central" ? "step-lost-central" : regime);
    };
    const isComplex = () => state.formula === "complex-step";

    // The function near x. ------------------------------------------------------------------
    const drawFunction = () => {
      const { window: [x0, x1, y0, y1], value, slope, x } = state.place;
      const rows = ticks(y0, y1, 5);
      near.clear([0.7, 0.9, 2], rows.map(([, label]) => label));
      near.scale(x0, x1, y0, y1);
      for (const [at, label] of rows) near.row(near.y(at), label);
      for (const [at, label] of ticks(x0, x1, Math.max(3, (near.right - near.left) / (6 * near.em)))) near.column(near.x(at), label);
      const values = unpacked(state.place.curve), each = (x1 - x0) / (values.length - 1);
      make(near.inside, "path", { class: "lab-f", d: path(values.map((v, k) => [near.x(x0 + k * each), near.y(y0 + (v + 1) / 2 * (y1 - y0))])) });
      if (state.place.certain) make(near.front, "path", { class: "lab-tangent", d: near.line(x, value, slope) });
    };
    const moveFunction = () => {
      const { value, x } = state.place, h = steps[state.k];
      const [, , samples] = state.place.lens[state.precision][state.k], height = state.place.lens[state.precision][state.k][0];
      const [low, high] = unpacked(samples).map((v) => v * height);
      const quotient = series().numeric[state.k];
      near.moving.replaceChildren();
      near.marks.replaceChildren();
      const ends = state.formula === "forward" ? [[0, 0], [h, high]] : state.formula === "central" ? [[-h, low], [h, high]] : [[0, 0]];
      if (quotient !== null) {
        const [t, rise] = ends[0];
        make(near.moving, "path", { class: "lab-secant", d: near.line(x + t, value + rise, quotient) });
      }
      for (const [t, rise] of ends) {
        const at = near.x(x + t), y = near.y(value + rise);
        if (!Number.isFinite(y)) continue;
        make(near.moving, "line", { class: "lab-drop", x1: round(at), x2: round(at), y1: round(y), y2: near.bottom });
        if (t) make(near.marks, "circle", { class: "lab-end", cx: round(at), cy: round(y), r: 0.33 * near.em });
      }
      make(near.marks, "circle", { class: "lab-here", cx: round(near.x(x)), cy: round(near.y(value)), r: 0.36 * near.em });
      const wide = within(Math.max(near.x(x + 2 * h) - near.x(x - 2 * h), 1.3 * near.em));
      const tall = within(Math.max(near.y(value - height) - near.y(value + height), 1.3 * near.em));
      make(near.marks, "rect", { class: "lab-frame", x: round(near.x(x) - wide / 2), y: round(near.y(value) - tall / 2), width: round(wide), height: round(tall), rx: 3 });
    };

    // The same through the microscope. -------------------------------------------------------
    const moveLens = () => {
      const { slope, x, window: [x0, x1] } = state.place, h = steps[state.k];
      const [height, kind, samples, places] = state.place.lens[state.precision][state.k];
      const exponent = Math.floor(logarithm(height) + 1e-12), plain = exponent >= -2 && exponent <= 2;
      const size = Number((plain ? height : height / 10 ** exponent).toPrecision(2));
      lens.clear([1.7, 0.9, 2], ["f(x)", `+${size}`]);
      lens.scale(-2, 2, -1.15, 1.15);
      const isWide = lens.right - lens.left > 22 * lens.em;
      [[-2, "x − 2h"], [-1, "x − h"], [0, "x"], [1, "x + h"], [2, "x + 2h"]].forEach(([t, label]) => {
        lens.column(lens.x(t), isWide || Math.abs(t) < 2 ? label : "", t === 0 ? "lab-middle" : "");
        if (isWide && t === 2) lens.still.lastChild.setAttribute("text-anchor", "end");
      });
      for (const part of [-1, 0, 1]) {
        lens.row(lens.y(part), part ? `${part < 0 ? "−" : "+"}${size}` : "f(x)", part ? "" : "lab-middle");
      }
      if (!plain) make(lens.still, "text", { x: 0, y: 1.1 * lens.em }, `× ${power(exponent)}`);
      const [low, high, ...values] = unpacked(samples);
      const count = values.length, placed = places && unpacked(places);
      const t = placed ? placed.slice(0, count) : values.map((_, k) => -2 + 4 * k / (count - 1));
      const edges = placed ? placed.slice(count) : [-2, ...t.slice(1).map((at, k) => (at + t[k]) / 2), 2];
      edges[0] = -2;
      edges[count] = 2;
      const points = [];
      if (kind === "c") values.forEach((v, k) => points.push([lens.x(t[k]), lens.y(v)]));
      else {
        values.forEach((v, k) => {
          if (edges[k] < edges[k + 1]) points.push([lens.x(edges[k]), lens.y(v)], [lens.x(edges[k + 1]), lens.y(v)]);
        });
      }
      make(lens.inside, "path", { class: "lab-stairs", d: path(points) });
      if (state.place.certain) make(lens.front, "path", { class: "lab-tangent", d: lens.line(0, 0, h * slope / height) });
      if (kind === "f") {
        values.forEach((v, k) => {
          if (Math.abs(t[k]) < 2) make(lens.marks, "circle", { class: "lab-float", cx: round(lens.x(t[k])), cy: round(lens.y(v)), r: 0.2 * lens.em });
        });
      }
      const quotient = series().numeric[state.k];
      const ends = state.formula === "forward" ? [[0, 0], [1, high]] : state.formula === "central" ? [[-1, low], [1, high]] : [[0, 0]];
      if (quotient !== null) {
        const [from, rise] = ends[0];
        make(lens.moving, "path", { class: "lab-secant", d: lens.line(from, rise, quotient * h / height) });
      }
      for (const [at, rise] of ends) {
        if (at && Number.isFinite(rise)) make(lens.marks, "circle", { class: "lab-end", cx: round(lens.x(at)), cy: round(lens.y(rise)), r: 0.33 * lens.em });
      }
      make(lens.marks, "circle", { class: "lab-here", cx: round(lens.x(0)), cy: round(lens.y(0)), r: 0.36 * lens.em });
      const times = (x1 - x0) / (4 * h);
      find("power").textContent = times >= 1.5 ? say("power", { power: scientific(times, 1) }) : "";
    };

    // The error for every h. -----------------------------------------------------------------
    const limits = () => {
      let low = Infinity, high = -Infinity;
      for (const [name, formula] of Object.entries(state.place.errors)) {
        for (const precision of ["float64", "float32"]) {
          for (const error of formula[precision].error) {
            if (!(error > 0)) continue;
            low = Math.min(low, error);
            if (name !== "complex-step") high = Math.max(high, error);  // its error may be without bound
          }
        }
      }
      return low < high ? [Math.floor(logarithm(low)) - 0.3, Math.ceil(logarithm(high)) + 0.3] : [-17, 1];
    };
    const errorHeight = (k) => {
      const error = series().error[k];
      return error === 0 ? curve.exactRow : curve.y(logarithm(error));
    };
    // The lines of theory: factors, powers of h, and what they are called.
    const guides = () => {
      const factors = state.place.theory[state.formula], names = data.theory[state.formula];
      return [
        { part: "truncation", factor: factors.truncation, power: data.orders[state.formula], label: names.truncation, more: "" },
        { part: "rounding", factor: factors[state.precision], power: -1, label: names.rounding, more: `, ${data.roundoff[state.precision]}` },
      ].filter(({ factor }) => factor !== null);
    };
    const drawErrors = () => {
      const [low, high] = limits();
      const x0 = logarithm(steps[0]), x1 = logarithm(steps[last]);
      curve.clear([0.7, 1.1, 6.4], [words["exact-strip"], words["lost-strip"], power(-16)]);
      curve.scale(x0, x1, low, high);
      const strip = 1.5 * curve.em, lowest = curve.bottom;
      curve.exactRow = lowest + 0.5 * strip + 0.25 * curve.em;
      curve.lostRow = curve.exactRow + strip;
      const stride = (room, span) => [1, 2, 3, 4, 5, 10].find((n) => span / n * 3.1 * curve.em <= room) || 20;
      const across = stride(curve.right - curve.left, x1 - x0);
      curve.bottom = curve.lostRow + 0.5 * strip;
      for (let e = Math.ceil(x0 / across) * across; e <= x1; e += across) curve.column(curve.x(e), power(e));
      curve.title(words["axis-h"]);
      curve.bottom = lowest;
      const up = stride(1.6 * (curve.bottom - curve.top), high - low);
      for (let e = Math.ceil(low / up) * up; e <= high; e += up) curve.row(curve.y(e), power(e));
      for (const [row, label] of [[curve.exactRow, words["exact-strip"]], [curve.lostRow, words["lost-strip"]]]) {
        make(curve.still, "rect", { class: "lab-strip", x: curve.left, y: round(row - 0.42 * strip), width: curve.right - curve.left, height: round(0.84 * strip), rx: 3 });
        make(curve.still, "text", { class: "lab-strip-name", x: curve.left - 0.5 * curve.em, y: round(row + 0.34 * curve.em), "text-anchor": "end" }, label);
      }

      for (const { factor, power: p, label } of guides()) {
        const line = (e) => logarithm(factor) + p * e;
        make(curve.inside, "path", { class: "lab-guide", d: path([x0, x1].map((e) => [curve.x(e), curve.y(line(e))])) });
        const visible = [];
        for (let part = 0; part <= 100; part++) {
          const e = x0 + part / 100 * (x1 - x0);
          if (line(e) > low + 0.8 && line(e) < high - 0.8) visible.push(e);
        }
        if (!visible.length) continue;
        // Between the two lines and on the right, where no error is.
        const falls = p < 0, at = visible[Math.floor((visible.length - 1) * (falls ? 0.78 : 0.6))];
        const x = Math.min(curve.x(at) + (falls ? 0.4 : 0.7) * curve.em, curve.right - curve.length(label) - 0.3 * curve.em);
        const beside = falls ? Math.min(at, x0 + (x - curve.left) / (curve.right - curve.left) * (x1 - x0)) : at;
        make(curve.still, "text", { class: "lab-guide-name", x: round(x), y: round(curve.y(line(beside)) + (falls ? -0.6 : 1.1) * curve.em) }, label);
      }
      const drawn = (values, style) => make(curve.inside, "path", {
        class: style, d: path(values.map((value, k) => [curve.x(logarithm(steps[k])), value > 0 ? curve.y(logarithm(value)) : NaN])),
      });
      if (state.place.certain) {
        drawn(errors().truncation, "lab-truncation");
        drawn(series().rounding, "lab-rounding");
      }
      drawn(series().error, "lab-total");
      const dot = Math.max(1.6, 0.13 * curve.em);
      series().error.forEach((error, k) => {
        if (error === null) return;
        const x = round(curve.x(logarithm(steps[k])));
        if (regimeAt(k) === "step-lost") {
          const r = 0.2 * curve.em, y = curve.lostRow;
          make(curve.still, "path", { class: "lab-lost", d: `M${round(x - r)} ${round(y - r)}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}` });
        }
        if (error === 0) make(curve.still, "circle", { class: "lab-mark", cx: x, cy: round(curve.exactRow), r: 1.3 * dot });
        else make(curve.inside, "circle", { class: `lab-mark${regimeAt(k) === "step-lost" ? " lab-hollow" : ""}`, cx: x, cy: round(errorHeight(k)), r: dot });
      });
      find("slide").style.setProperty("--left", `${curve.left}px`);
      find("slide").style.setProperty("--right", `${curve.width - curve.right}px`);
    };
    const moveErrors = () => {
      curve.above.replaceChildren();
      const x = round(curve.x(logarithm(steps[state.k]))), error = series().error[state.k];
      make(curve.above, "line", { class: "lab-now", x1: x, x2: x, y1: curve.top, y2: round(curve.lostRow + 0.6 * curve.em) });
      if (error === null) return;
      const y = round(Math.min(Math.max(errorHeight(state.k), curve.top), curve.height));
      make(curve.above, "circle", { class: "lab-halo", cx: x, cy: y, r: 0.85 * curve.em });
      make(curve.above, "circle", { class: `lab-dot lab-is-${regimeAt(state.k)}`, cx: x, cy: y, r: 0.5 * curve.em });
      if (regimeAt(state.k) === "unknown") return;
      const right = x < 0.55 * curve.width, low = y < curve.top + 2.2 * curve.em;
      make(curve.above, "text", {
        class: "lab-dot-name", x: x + (right ? 1 : -1) * 1.1 * curve.em, y: y + (low ? 1.8 : -0.4) * curve.em, "text-anchor": right ? "start" : "end",
      }, dominant());
    };

    // What is read. --------------------------------------------------------------------------
    const number = (node, value, ...parts) => {
      const holder = document.createElement("data");
      holder.value = String(value);
      holder.append(...parts);
      node.append(holder);
    };
    const item = (name) => {
      const node = output.querySelector(`[data-item="${name}"]`);
      node.replaceChildren();
      return node;
    };
    // The first `right` significant digits are marked as right, the others as wrong.
    const quotientParts = (value, right) => {
      const text = digitsOf(value);
      if (right === null) return [text];
      let cut = 0, counted = 0, leading = true;
      while (cut < text.length && text[cut] !== " ") {
        const c = text[cut];
        if (/\d/.test(c)) {
          if (c !== "0") leading = false;
          if (!leading && counted++ === right) break;
        }
        cut++;
      }
      if (right === Infinity) cut = text.includes(" ") ? text.indexOf(" ") : text.length;
      else if (value === 0 || right === 0) cut = 0;
      else if (text[cut - 1] === ".") cut--;
      const good = document.createElement("b"), bad = document.createElement("span");
      good.className = "lab-right";
      bad.className = "lab-wrong";
      good.textContent = text.slice(0, cut);
      const tail = text.indexOf(" ");
      bad.textContent = text.slice(cut, tail < 0 ? undefined : tail);
      return [good, bad, tail < 0 ? "" : text.slice(tail)];
    };
    const read = () => {
      const k = state.k, rows = series(), quotient = rows.numeric[k], error = rows.error[k], tenths = rows.digits[k];
      number(item("h"), steps[k], scientific(steps[k], 2));
      const right = tenths === null ? null : Math.floor(tenths / 10);
      if (quotient === null) item("quotient").textContent = say("none");
      else number(item("quotient"), quotient, ...quotientParts(quotient, ["exact", "nearest"].includes(regimeAt(k)) ? Infinity : right));
      if (error === null) item("error").textContent = say("none");
      else number(item("error"), error, scientific(error, 2));
      const digits = item("digits");
      if (error === null || tenths === null) digits.textContent = "–";
      else number(digits, tenths / 10, (tenths / 10).toFixed(1));
      const regime = regimeAt(k), node = item("regime");
      const mark = document.createElement("span");
      mark.className = `lab-name lab-is-${regime}`;
      mark.textContent = dominant();
      node.append(mark);
      find("brief").textContent = [`h = ${scientific(steps[k], 2)}`, error === null ? "" : `${say("error")} ${scientific(error, 2)}`, dominant()].filter(Boolean).join(" · ");
      range.setAttribute("aria-valuetext", `h = ${scientific(steps[k], 2)}`);
    };
    const explain = () => {
      const place = state.place, derivative = find("derivative"), notes = [];
      const unproved = place.certain ? "" : "-uncertified";
      find("before").textContent = say(place.certain ? "derivative-before" : "before-uncertified");
      find("after").textContent = say(place.certain ? "derivative-after" : "after-uncertified");
      near.svg.setAttribute("aria-label", say(`near-label${unproved}`));
      lens.svg.setAttribute("aria-label", say(`lens-label${unproved}`));
      derivative.replaceChildren();
      number(derivative, place.slope, digitsOf(place.slope));
      notes.push(say(place.certain ? "certified" : "uncertified"));
      if (place.slope === 0) notes.push(say(`no-digits${unproved}`));
      if (state.precision === "float32" && place.held !== place.x) notes.push(say("held", { held: minus(String(place.held)) }));
      if (isComplex()) notes.push(say("complex-note"));
      find("note").replaceChildren(...notes.map((sentence) => {
        const span = document.createElement("span");
        span.textContent = sentence;
        return span;
      }));
      find("secant-name").textContent = say(isComplex() ? "complex-line" : "secant");
      for (const part of all(".lab-part")) part.hidden = !place.certain;
      const drawn = guides();
      for (const part of ["truncation", "rounding"]) {
        const key = find(`guide-${part}`), guide = drawn.find((each) => each.part === part);
        key.hidden = !guide;
        key.lastElementChild.textContent = guide ? say("guide", { line: guide.label + guide.more }) : "";
      }
    };

    // Moving. --------------------------------------------------------------------------------
    const move = () => {
      range.value = state.k;
      moveFunction();
      moveLens();
      moveErrors();
      read();
    };
    const pictures = [near, lens, curve];
    const draw = () => {
      for (const each of pictures) each.look();
      drawFunction();
      drawErrors();
      explain();
      move();
    };
    const go = (k) => {
      state.k = Math.min(last, Math.max(0, k));
      move();
    };
    // The nearest step a decade away.
    const decade = (direction) => {
      const wanted = steps[state.k] * 10 ** direction;
      let best = state.k;
      steps.forEach((h, k) => {
        if (Math.abs(Math.log(h / wanted)) < Math.abs(Math.log(steps[best] / wanted))) best = k;
      });
      return best === state.k ? (direction < 0 ? 0 : last) : best;
    };

    let timer = 0;
    const stop = () => {
      clearInterval(timer);
      timer = 0;
      play.textContent = say("play");
      play.setAttribute("aria-pressed", "false");
      output.setAttribute("aria-live", "polite");
    };
    const run = () => {
      if (state.k === 0) go(last);
      output.setAttribute("aria-live", "off");
      play.textContent = say("pause");
      play.setAttribute("aria-pressed", "true");
      const calm = still.matches;
      timer = setInterval(() => {
        go(calm ? decade(-1) : state.k - 1);
        if (state.k === 0) stop();
      }, calm ? 1600 : 160);
    };
    play.addEventListener("click", () => (timer ? stop() : run()));
    range.addEventListener("input", () => { stop(); go(Number(range.value)); });
    find("smaller").addEventListener("click", () => { stop(); go(decade(-1)); });
    find("larger").addEventListener("click", () => { stop(); go(decade(1)); });

    const takePlace = () => {
      state.place = data.cases[chooseCase.value].places[choosePoint.value];
    };
    const takeCase = () => {
      const { places } = data.cases[chooseCase.value];
      choosePoint.replaceChildren(...places.map((place, k) => new Option(`x = ${minus(String(place.x))}`, k)));
      formulas.forEach((formula, k) => { formula.hidden = k !== Number(chooseCase.value); });
      takePlace();
    };
    chooseCase.addEventListener("change", () => { takeCase(); draw(); });
    choosePoint.addEventListener("change", () => { takePlace(); draw(); });
    for (const input of all(".lab-switches input")) {
      input.addEventListener("change", () => {
        state.formula = chosen("formula");
        state.precision = chosen("precision");
        draw();
      });
    }

    const first = data.start;
    chooseCase.value = data.cases.findIndex((each) => each.name === first.case);
    for (const group of ["formula", "precision"]) {
      for (const input of all(`input[name$="-${group}"]`)) input.checked = input.value === first[group];
      state[group] = first[group];
    }
    takeCase();
    choosePoint.value = data.cases[chooseCase.value].places.findIndex((place) => place.x === first.x);
    takePlace();
    state.k = steps.indexOf(first.h);
    live.hidden = false;
    draw();
    const watch = new ResizeObserver(() => {
      if (pictures.some((each) => each.svg.clientWidth && !each.fits())) draw();
    });
    for (const each of pictures) watch.observe(each.svg);
  };

  for (const root of document.querySelectorAll("section.lab")) start(root);
})();
