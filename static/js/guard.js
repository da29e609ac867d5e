// A form with data-guard warns before unsaved answers are lost.
const changed = new Set();

document.addEventListener("input", (event) => {
  // What belongs to another form by its `form` attribute is not this form's to lose.
  const form = event.target.form ?? event.target.closest("form");
  if (form?.matches("[data-guard]")) changed.add(form);
});
document.addEventListener("submit", (event) => changed.delete(event.target));
window.addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});
