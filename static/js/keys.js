// Single keys of a page. Each is told as a `single-key` event, which a page that has a use for the key cancels. They do nothing in
// fields and with a modifier, and are off on every page for whoever switched them off on one.
const OFF = "single-keys-off";
const FIELDS = "textarea, select, input:not([type=radio], [type=checkbox]), [contenteditable]";
const toggle = document.querySelector("[data-keys]");

if (toggle) {
  toggle.checked = localStorage.getItem(OFF) !== "1";
  toggle.addEventListener("change", () => localStorage.setItem(OFF, toggle.checked ? "0" : "1"));
  document.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    if (!isPlain || !toggle.checked || event.target.closest(FIELDS)) return;
    const told = new CustomEvent("single-key", { detail: event.key, cancelable: true });
    if (!document.dispatchEvent(told)) event.preventDefault();
  });
}
