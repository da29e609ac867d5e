// Reviewing with the keyboard, and keeping every judgement as soon as it is made. Without scripts the same form is sent by its
// buttons.
const form = document.querySelector("[data-judging]");

function answers() {
  return [...form.querySelectorAll("[data-judge]")].filter((answer) => answer.checkVisibility());
}

function current() {
  return document.activeElement?.closest("[data-judge]");
}

function go(steps) {
  const all = answers();
  const place = all.indexOf(current());
  const next = all[Math.min(Math.max(place + steps, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function choose(answer, which) {
  const control = answer.querySelector(which);
  control.checked = true;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  a: (answer) => {
    if (!answer) return;
    choose(answer, "[data-approve]");
    go(1);
  },
  c: (answer) => {
    if (!answer) return;
    choose(answer, "[data-request]");
    answer.querySelector("textarea").focus();
  },
};

async function keep(status) {
  const sent = new FormData(form);
  sent.set("act", "save");
  status.textContent = "Keeping your judgements";
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent, headers: { "X-Autosave": "1" } });
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    status.textContent = answer.status === 204 ? `Kept at ${time}` : `Not kept: ${await answer.text()}`;
  } catch {
    status.textContent = "Not kept: no connection. It is tried again with your next judgement.";
  }
}

if (form) {
  const status = form.querySelector("[data-kept]");
  let waiting;
  form.addEventListener("input", () => {
    const judged = form.querySelectorAll("[data-judge] [type=radio]:checked").length;
    form.querySelector("[data-judged]").textContent = judged;
    clearTimeout(waiting);
    waiting = setTimeout(() => keep(status), 800);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
  document.addEventListener("single-key", (event) => {
    if (!Object.hasOwn(KEYS, event.detail)) return;
    event.preventDefault();
    KEYS[event.detail](current());
  });
}

document.addEventListener("change", (event) => {
  const picker = event.target.closest("[data-fill-from]");
  if (!picker?.value) return;
  const field = document.getElementById(picker.dataset.fillFrom);
  field.value = [field.value.trim(), picker.value].filter(Boolean).join(" ");
  picker.value = "";
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
