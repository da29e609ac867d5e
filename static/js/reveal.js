// The one-time reveal of credentials. The key that this browser makes is what lets it ask again for two minutes when the
// answer got lost; nobody else has it. What was shown is never kept: it is wiped when the page is left or comes back.
const SHOWN_MS = 60_000;
const FIELDS = [["url", "Address"], ["user_name", "User name"], ["password", "Password"]];
let maskTimer = 0;

function claimKey(form) {
  const place = `claim:${form.action}`;
  const kept = sessionStorage.getItem(place);
  if (kept) return kept;
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const made = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  sessionStorage.setItem(place, made);
  return made;
}

function made(tag, css, text = "") {
  const element = document.createElement(tag);
  element.className = css;
  element.textContent = text;
  return element;
}

function valueWithCopy(value, label) {
  const copy = made("span", "copy");
  const button = made("button", "copy__button");
  button.type = "button";
  button.dataset.copy = value;
  button.setAttribute("aria-label", `Copy ${label}`);
  const icons = document.querySelector("[data-reveal-icons]");
  if (icons) button.append(icons.content.cloneNode(true)); else button.textContent = "⧉";
  const text = made("code", "copy__value", value);
  text.dataset.secretText = value;
  copy.append(text, button);
  return copy;
}

function drawItem(credential) {
  const item = made("section", "reveal__item");
  item.append(made("h3", "reveal__product", credential.product));
  for (const [field, label] of FIELDS) {
    const row = made("div", "reveal__row");
    row.append(made("span", "", label), valueWithCopy(credential[field] ?? "", `${credential.product}: ${label.toLowerCase()}`));
    if (field === "password") row.dataset.secret = "";
    item.append(row);
  }
  return item;
}

function mask(output, hidden) {
  for (const text of output.querySelectorAll("[data-secret] .copy__value")) {
    text.textContent = hidden ? "•".repeat(12) : text.dataset.secretText;
  }
}

function maskLater(output, keep) {
  clearTimeout(maskTimer);
  mask(output, false);
  keep.hidden = true;
  maskTimer = setTimeout(() => {
    mask(output, true);
    keep.hidden = false;
    document.dispatchEvent(new CustomEvent("portal:announce", { detail: "Passwords are hidden again" }));
  }, SHOWN_MS);
}

function draw(form, output, credentials) {
  const keep = made("button", "button", "Keep showing");
  keep.type = "button";
  keep.addEventListener("click", () => maskLater(output, keep));
  const list = made("div", "reveal__list");
  list.append(...credentials.map(drawItem));
  const heading = made("h2", "", "Your credentials");
  heading.tabIndex = -1;
  output.replaceChildren(heading, list, keep);
  form.hidden = true;
  output.hidden = false;
  maskLater(output, keep);
  heading.focus();
  for (const later of document.querySelectorAll("[data-after-reveal]")) later.hidden = false;
}

function refuse(form, sentence) {
  const old = form.querySelector("[data-reveal-error]");
  const alert = old ?? form.insertBefore(made("p", "field__error"), form.firstChild);
  alert.dataset.revealError = "";
  alert.setAttribute("role", "alert");
  alert.textContent = sentence;
  form.querySelector("[type=password]").focus();
}

async function ask(form, output) {
  const password = form.querySelector("[type=password]");
  const response = await fetch(form.action, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value,
    },
    body: JSON.stringify({ password: password.value, claim_key: claimKey(form) }),
    cache: "no-store",
  });
  const answer = await response.json();
  if (!response.ok) {
    refuse(form, [answer.detail, answer.remedy].filter(Boolean).join(" ") || "This did not work. Try again.");
    return;
  }
  password.value = "";
  draw(form, output, Array.isArray(answer) ? answer : answer.credentials);
}

function wipe() {
  clearTimeout(maskTimer);
  for (const output of document.querySelectorAll("[data-reveal-output]")) output.replaceChildren();
}

for (const form of document.querySelectorAll("form[data-reveal]")) {
  const output = document.querySelector("[data-reveal-output]") ?? form.insertAdjacentElement("afterend", made("div", "stack"));
  output.dataset.revealOutput = "";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.setAttribute("aria-busy", "true");
    try {
      await ask(form, output);
    } catch {
      refuse(form, "The portal did not answer. Try again: this browser may ask again for two minutes.");
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}
window.addEventListener("pagehide", wipe);
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
