// The page says all without this: here tables can be sorted by a column and searched.
"use strict";
const keyOf = (row, index) => {
  const cell = row.cells[index];
  return "sort" in cell.dataset ? Number(cell.dataset.sort) : cell.textContent;
};
const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));

for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  if (body.rows.length < 2) continue;
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const before = heading.getAttribute("aria-sort");
      const isNumber = heading.classList.contains("number");
      const ascending = before ? before === "descending" : !isNumber;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      const index = heading.cellIndex;
      const rows = [...body.rows].map(row => [keyOf(row, index), row]);
      rows.sort(([a], [b]) => ascending ? compare(a, b) : compare(b, a));
      body.append(...rows.map(([, row]) => row));
    });
  }
}

for (const input of document.querySelectorAll("input[data-filters]")) {
  const rows = [...document.getElementById(input.dataset.filters).tBodies[0].rows];
  const line = input.closest(".filter");
  const status = line.querySelector("[role=status]");
  line.hidden = rows.length < 6;
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      if (!row.hidden) ++shown;
    }
    status.textContent = wanted ? `${shown} of ${rows.length} rows` : "";
  });
}
