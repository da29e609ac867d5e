// Regions that refresh themselves: data-live on what htmx polls. A page offers "Pause updates" with [data-live-pause]; after
// three failures in a row the data stays and the page says so; nothing is asked while nobody looks.
const MOST_FAILURES = 3;
let paused = false;
let failures = 0;
let openDetails = [];
let announced = milestone();

function milestone() {
  return document.querySelector("[data-live] [data-announce]")?.dataset.announce ?? "";
}

// A region asks by itself, without an event; what a person presses inside it is not held back.
function isLive(event) {
  return Boolean(event.detail.elt?.closest("[data-live]")) && !event.detail.requestConfig?.triggeringEvent;
}

function show() {
  for (const button of document.querySelectorAll("[data-live-pause]")) {
    const status = button.closest(".live");
    const words = button.querySelector("[data-live-words]") ?? button;
    words.textContent = failures >= MOST_FAILURES ? "Try again" : paused ? "Resume updates" : "Pause updates";
    status?.toggleAttribute("data-paused", paused);
    status?.toggleAttribute("data-stopped", failures >= MOST_FAILURES);
  }
}

function fail(event) {
  if (!isLive(event)) return;
  failures += 1;
  if (failures < MOST_FAILURES) return;
  const time = new Date().toLocaleTimeString("en-GB");
  for (const place of document.querySelectorAll("[data-live-note]")) place.textContent = `Live updates stopped at ${time}.`;
  document.dispatchEvent(new CustomEvent("portal:announce", { detail: `Live updates stopped at ${time}.` }));
  show();
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isLive(event) && (paused || document.hidden || failures >= MOST_FAILURES)) event.preventDefault();
});
document.addEventListener("htmx:responseError", fail);
document.addEventListener("htmx:sendError", fail);

document.addEventListener("htmx:beforeSwap", (event) => {
  openDetails = [...event.detail.target.querySelectorAll("details[open][id]")].map((details) => details.id);
});
document.addEventListener("htmx:afterSwap", (event) => {
  for (const id of openDetails) document.getElementById(id)?.setAttribute("open", "");
  if (!isLive(event)) return;
  failures = 0;
  show();
  const reached = milestone();
  if (reached && reached !== announced) document.dispatchEvent(new CustomEvent("portal:announce", { detail: reached }));
  announced = reached;
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-live-pause]")) return;
  if (failures >= MOST_FAILURES) {
    failures = 0;
    for (const place of document.querySelectorAll("[data-live-note]")) place.textContent = "";
  } else {
    paused = !paused;
  }
  show();
});
