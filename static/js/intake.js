// Small helps of the intake: a button that prints the page.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// Several lines pasted into one line of a list become several lines of the list.
document.addEventListener("paste", (event) => {
  const line = event.target.closest(".row-item--line input");
  const values = (event.clipboardData?.getData("text") ?? "").split(/[\s,;]+/).filter(Boolean);
  if (!line || values.length < 2) return;
  event.preventDefault();
  line.value = values[0];
  const group = line.closest("[data-rows]");
  for (const value of values.slice(1)) {
    group.querySelector("[data-row-add]").click();
    [...group.querySelectorAll("[data-row] input")].at(-1).value = value;
  }
});
