"use strict";
// Adds to a page that can be read without it: columns that sort, filters, and a button that unfolds a whole part.

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

const make = (name, properties) => Object.assign(document.createElement(name), properties);

const keyOf = (row, column) => {
  const cell = row.cells[column];
  return cell.dataset.value ?? cell.textContent.trim();
};

const compare = (number, up) => (one, other) => {
  if (one === "" || other === "") {
    return (one === "") - (other === ""); // what is empty stays at the end
  }
  const order = number ? Number(one.replaceAll(",", "")) - Number(other.replaceAll(",", "")) : collator.compare(one, other);
  return up ? order : -order;
};

const sortBy = (table, head) => {
  const number = head.dataset.kind === "number";
  const now = head.getAttribute("aria-sort");
  const up = now ? now === "descending" : !number; // numbers begin with the largest
  for (const other of table.tHead.rows[0].cells) {
    other.removeAttribute("aria-sort");
  }
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const inOrder = compare(number, up);
  const column = head.cellIndex;
  const keyed = Array.from(table.tBodies[0].rows, (row) => [keyOf(row, column), row]);
  keyed.sort((one, other) => inOrder(one[0], other[0]));
  table.tBodies[0].append(...keyed.map(([, row]) => row));
};

const filterBy = (table, words, output) => {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = [...table.tBodies[0].rows];
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !wanted.every((word) => text.includes(word));
    shown += !row.hidden;
  }
  output.value = wanted.length ? `${shown} of ${rows.length} rows` : "";
};

for (const table of document.querySelectorAll("table.data:not(.still)")) {
  const count = Number(table.dataset.count);
  if (count > 1) {
    table.classList.add("sorted");
    for (const head of table.tHead.rows[0].cells) {
      if (head.textContent) {
        const button = make("button", { type: "button", textContent: head.textContent });
        button.addEventListener("click", () => sortBy(table, head));
        head.replaceChildren(button);
      }
    }
  }
  if (count > 7) {
    const words = make("input", { type: "search", autocomplete: "off" });
    const output = make("output", {});
    const label = make("label", { textContent: "Filter " });
    words.setAttribute("aria-label", `Filter: ${table.caption.textContent}`);
    words.addEventListener("input", () => filterBy(table, words.value, output));
    label.append(words);
    const line = make("div", { className: "filter" });
    line.append(label, output);
    table.before(line);
  }
}

for (const section of document.querySelectorAll("main > section")) {
  const inside = [...section.querySelectorAll("details")].filter((one) => !one.querySelector(":scope > summary > h2") && !one.closest("td, figure"));
  if (inside.length > 1) {
    const button = make("button", { type: "button", className: "unfold", textContent: "Unfold all" });
    button.addEventListener("click", () => {
      const open = button.textContent === "Unfold all";
      for (const one of inside) {
        one.open = open;
      }
      button.textContent = open ? "Fold all" : "Unfold all";
    });
    const title = section.querySelector("h2");
    const above = title.closest("summary") ?? title;
    const about = above.nextElementSibling;
    (about.matches("p.about") ? about : above).after(button);
  }
}

const openTarget = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let one = target; one; one = one.parentElement) {
    if (one.tagName === "DETAILS") {
      one.open = true;
    }
  }
  const own = target?.querySelector(":scope > details");
  if (own) {
    own.open = true;
  }
  target?.scrollIntoView();
};
addEventListener("hashchange", openTarget);
openTarget();

addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details:not([open])")) {
    one.open = true;
    one.dataset.folded = "";
  }
});
addEventListener("afterprint", () => {
  for (const one of document.querySelectorAll("details[data-folded]")) {
    one.open = false;
    delete one.dataset.folded;
  }
});
