// Copy buttons: what they copy is in data-copy, else the text of the value they stand beside.
const SHOWN_MS = 1600;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = button.dataset.copy || button.closest(".copy").querySelector(".copy__value").textContent;
  await navigator.clipboard.writeText(text);
  button.dataset.copied = "";
  document.dispatchEvent(new CustomEvent("portal:announce", { detail: "Copied" }));
  setTimeout(() => delete button.dataset.copied, SHOWN_MS);
});
