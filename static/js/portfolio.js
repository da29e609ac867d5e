// Walking the portfolio with the keyboard: from row to row, to the search, and through the first views. Enter opens a row, since
// its link has the focus.
const table = document.querySelector("[data-portfolio]");

function walk(steps) {
  const rows = [...table.querySelectorAll("[data-walk]")];
  const place = rows.findIndex((row) => row.closest("tr").contains(document.activeElement));
  const next = rows[Math.min(Math.max(place + steps, 0), rows.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => walk(1),
  k: () => walk(-1),
  f: () => document.getElementById("filter-q").focus(),
};

function openView(number) {
  document.querySelectorAll("[data-views] > a")[number - 1]?.click();
}

if (table) {
  document.addEventListener("single-key", (event) => {
    if (Object.hasOwn(KEYS, event.detail)) KEYS[event.detail]();
    else if (/^[1-4]$/.test(event.detail)) openView(Number(event.detail));
    else return;
    event.preventDefault();
  });
}
