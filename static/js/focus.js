// Where the focus goes: to the error summary of a fresh page, and after a form was swapped to its heading or summary.
function focusFirst(root) {
  const target = root.querySelector("[data-autofocus]") ?? root.querySelector("h1, h2, legend");
  if (!target) return;
  if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
  target.focus();
}

const summary = document.querySelector("[data-autofocus]");
if (summary) {
  summary.focus();
  if (!document.title.startsWith("Error: ")) document.title = `Error: ${document.title}`;
}

document.addEventListener("htmx:afterSettle", (event) => {
  const cause = event.detail.requestConfig?.elt;
  // Only what a person sent moves the focus; a region that refreshes itself never does.
  if (cause?.closest("[data-live]") && !cause.matches("form, button, a")) return;
  if (document.activeElement && document.activeElement !== document.body) return;
  focusFirst(event.detail.target);
});

// A link of the error summary leads to a group as well as to a single control.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a[href^='#']");
  if (!link) return;
  const target = document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  const control = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea, button");
  (control ?? target).focus();
  target.scrollIntoView({ block: "center" });
});
