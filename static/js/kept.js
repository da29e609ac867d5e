// What is typed into a form with data-keep="person:section" is kept in this browser until it is saved: the session may end, the
// network fail, the tab close. Passwords are never kept, nothing longer than a week, and logging out forgets all of it. A page
// that finds something kept offers it; whoever goes on typing first keeps that besides.
// A form with data-keep-sent="..." saves what another page kept, and a link with data-keep-drop="..." throws it away.
const PREFIX = "kept:";
const SENT = "kept-sent";
const LONGEST_MS = 7 * 24 * 3600 * 1000;
const WAIT_MS = 300;
const ANSWERED_MS = 8000;
const OWN_NAMES = new Set(["csrfmiddlewaretoken", "act", "revision", "base"]);

function read(key) {
  const kept = JSON.parse(localStorage.getItem(PREFIX + key) ?? "[]");
  return kept.filter((one) => Date.now() - one.at < LONGEST_MS);
}

function write(key, kept) {
  if (kept.length) localStorage.setItem(PREFIX + key, JSON.stringify(kept));
  else localStorage.removeItem(PREFIX + key);
}

function forget(tooOld = () => true) {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
    const [newest] = JSON.parse(localStorage.getItem(key)).slice(-1);
    if (tooOld(newest)) localStorage.removeItem(key);
  }
}

function isKept(control) {
  return control.name && control.type !== "password" && control.type !== "submit" && !OWN_NAMES.has(control.name);
}

function typed(form) {
  return [...form.elements].filter((control) => isKept(control) && (!["radio", "checkbox"].includes(control.type) || control.checked))
    .map((control) => [control.name, control.value]);
}

function snapshot(form) {
  return { at: Date.now(), revision: form.revision.value, base: form.base.value, fields: typed(form) };
}

function children(group, selector) {
  return [...group.children].filter((element) => element.matches(selector));
}

// Rows have numbers in their names; the lines of a list share one name.
function count(group, fields) {
  if (group.matches(".rows--lines")) {
    const { name } = children(group, "template")[0].content.querySelector("input");
    return fields.filter(([given]) => given === name).length;
  }
  const numbered = new RegExp(`^${group.dataset.rows}-(\\d+)-`);
  return Math.max(-1, ...fields.map(([name]) => Number(numbered.exec(name)?.[1] ?? -1))) + 1;
}

function shape(group, fields) {
  if (!children(group, "template").length) return;
  const more = count(group, fields) - children(group, "[data-row]").length;
  for (let number = 0; number < more; number += 1) children(group, "[data-row-add]")[0].click();
  for (let number = 0; number > more; number -= 1) {
    children(group, "[data-row]").at(-1).querySelector("[data-row-remove]")?.click();
  }
}

function fill(form, { revision, base, fields }) {
  // A row may hold lists of its own, which are there only once the row is.
  for (const group of form.querySelectorAll("[data-rows]")) shape(group, fields);
  for (const group of form.querySelectorAll("[data-rows] [data-rows]")) shape(group, fields);
  const left = new Map();
  for (const [name, value] of fields) left.set(name, [...(left.get(name) ?? []), value]);
  for (const control of [...form.elements].filter((one) => isKept(one) && one.type !== "hidden")) {
    const values = left.get(control.name) ?? [];
    if (["radio", "checkbox"].includes(control.type)) control.checked = values.includes(control.value);
    else control.value = values.shift() ?? "";
  }
  // Based on the version it was typed over: where somebody changed the section since, saving shows both.
  form.revision.value = revision;
  form.base.value = base;
  form.dispatchEvent(new Event("change", { bubbles: true }));
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function notice(name) {
  return document.querySelector(`template[data-notice="${name}"]`).content.firstElementChild.cloneNode(true);
}

function keepOf(form) {
  const key = form.dataset.keep;
  // What stands in the page anyway was saved.
  let waiting = read(key).filter((one) => JSON.stringify(one.fields) !== JSON.stringify(typed(form)));
  write(key, waiting);

  function offer() {
    if (!waiting.length) return;
    const kept = waiting.at(-1);
    const shown = notice("kept");
    const day = new Date(kept.at).toDateString() === new Date().toDateString() ? {} : { weekday: "long" };
    shown.querySelector("[data-kept-at]").textContent = new Date(kept.at).toLocaleString("en-GB", { ...day, hour: "2-digit", minute: "2-digit" });
    shown.querySelector("[data-kept-stale]").hidden = kept.revision === form.revision.value;
    const decide = (use) => {
      waiting = waiting.slice(0, -1);
      shown.remove();
      if (use) fill(form, kept);
      else write(key, waiting);
      offer();
    };
    shown.querySelector("[data-kept-use]").addEventListener("click", () => decide(true));
    shown.querySelector("[data-kept-drop]").addEventListener("click", () => decide(false));
    form.before(shown);
  }

  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => write(key, [...waiting, snapshot(form)]), WAIT_MS);
  });
  offer();
}

async function answers() {
  try {
    return (await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(ANSWERED_MS) })).ok;
  } catch {
    return false;
  }
}

const reached = new WeakSet();

// The browser would leave the page for its own error page: whether the portal is there is asked first.
async function send(event) {
  const form = event.target;
  const key = form.dataset.keep ?? form.dataset.keepSent;
  if (!key) return;
  if (reached.delete(form)) {
    sessionStorage.setItem(SENT, key);
    return;
  }
  event.preventDefault();
  const { submitter } = event;
  submitter?.setAttribute("aria-busy", "true");
  document.querySelector("[data-unsent]")?.remove();
  const there = await answers();
  submitter?.removeAttribute("aria-busy");
  if (there) {
    reached.add(form);
    form.requestSubmit(submitter);
    return;
  }
  const shown = notice("unsent");
  shown.dataset.unsent = "";
  (form.querySelector(".form-actions") ?? form).before(shown);
  shown.focus();
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

// The page after a save says that it is saved; a page to log in says nothing of it.
function arrived() {
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  const form = document.querySelector(`form[data-keep="${CSS.escape(sent ?? "")}"]`);
  const isSaved = form ? document.querySelector("[data-draft-saved]") : document.querySelector(".flash[data-hue=done]");
  if (sent && isSaved) write(sent, []);
}

arrived();
forget((newest) => Date.now() - newest.at >= LONGEST_MS);
for (const form of document.querySelectorAll("form[data-keep]")) keepOf(form);
document.addEventListener("submit", send);
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-keep-forget]")) forget();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-keep-drop]");
  if (link) write(link.dataset.keepDrop, []);
});
