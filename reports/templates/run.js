"use strict";
// Refines the lists of the first page, which are complete and in order without it.
(() => {
  const rowsOf = (root) => Array.from(root.querySelectorAll("tr.r"));
  const state = document.getElementById("state");
  const say = (words) => { state.textContent = words; };

  // A button in each heading: up, down, and back to the order in which the rows came.
  for (const table of document.querySelectorAll("table.cases")) {
    const rows = rowsOf(table), homes = rows.map((row) => row.parentNode);
    const heads = Array.from(table.tHead.rows[0].cells);
    const key = (row, column, numeric) => {
      const cell = row.cells[column], link = cell.querySelector("a, bdi, .verdict") || cell;
      const text = link.textContent.trim();
      if (!numeric) return text.toLowerCase();
      const number = parseFloat(text.replace(/,/g, ""));
      return text === "inf" ? Infinity : number;
    };
    const order = (column, direction, numeric) => {
      const keyed = rows.map((row, place) => [key(row, column, numeric), place, row]);
      const missing = (value) => value !== value;
      keyed.sort(([a, i], [b, j]) => {
        if (missing(a) || missing(b)) return missing(a) - missing(b) || i - j;
        return direction * ((a > b) - (a < b)) || i - j;
      });
      return keyed.map((each) => each[2]);
    };
    heads.forEach((head, column) => {
      if (head.querySelector(".unseen")) return;
      const name = head.textContent, numeric = head.hasAttribute("data-n");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const first = numeric ? "descending" : "ascending";
        const second = numeric ? "ascending" : "descending";
        const now = head.getAttribute("aria-sort");
        const next = now === null ? first : now === first ? second : null;
        for (const other of heads) other.removeAttribute("aria-sort");
        table.classList.toggle("sorted", next !== null);
        if (next === null) {
          rows.forEach((row, place) => homes[place].append(row));
          say("In the order of the report.");
        } else {
          head.setAttribute("aria-sort", next);
          table.tBodies[0].append(...order(column, next === "ascending" ? 1 : -1, numeric));
          say(`Sorted by ${name}, ${next}.`);
        }
      });
    });
  }

  const panel = document.getElementById("refine");
  const lists = Array.from(document.querySelectorAll("section.list"));
  if (!lists.length) return;
  const outcomes = Array.from(panel.querySelectorAll("button[value]"));
  const tag = document.getElementById("tag"), text = document.getElementById("text");
  const listed = lists.flatMap(rowsOf).map((row) => ({
    row,
    outcome: row.dataset.o,
    tags: Array.from(row.querySelectorAll(".tags bdi"), (each) => each.textContent),
    words: row.textContent.toLowerCase(),
  }));
  const tags = new Set(listed.flatMap((each) => each.tags));
  for (const name of Array.from(tags).sort()) tag.append(new Option(name, name));
  tag.parentNode.hidden = tags.size === 0;

  const refine = () => {
    const wanted = new Set(outcomes.filter((b) => b.ariaPressed === "true").map((b) => b.value));
    const typed = text.value.trim().toLowerCase();
    let shown = 0;
    for (const each of listed) {
      const fits = (!wanted.size || wanted.has(each.outcome))
        && (!tag.value || each.tags.includes(tag.value))
        && (!typed || each.words.includes(typed));
      each.row.hidden = !fits;
      shown += fits;
    }
    for (const list of lists) {
      for (const body of list.querySelectorAll("tbody")) {
        const heading = body.querySelector("tr.g");
        if (heading) heading.hidden = !body.querySelector("tr.r:not([hidden])");
      }
      const some = list.querySelector("tr.r:not([hidden])");
      list.querySelector(".none").hidden = Boolean(some);
      list.querySelector("table").hidden = !some;
    }
    const total = listed.length;
    say(`${shown === total ? `All ${total}` : `${shown} of ${total}`} rows on this page are shown.`);
  };
  for (const button of outcomes) {
    button.addEventListener("click", () => {
      button.ariaPressed = String(button.ariaPressed !== "true");
      refine();
    });
  }
  tag.addEventListener("change", refine);
  text.addEventListener("input", refine);
  document.getElementById("reset").addEventListener("click", () => {
    for (const button of outcomes) button.ariaPressed = "false";
    tag.value = text.value = "";
    refine();
  });
  panel.hidden = false;

  // On paper nothing is folded.
  const folded = () => Array.from(document.querySelectorAll("details:not([open])"));
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = folded();
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of opened) each.open = false;
  });
})();
