// `@` in a comment offers the people whom its form lets mention. Typing narrows the list, arrow keys choose, Enter writes the
// name, Escape closes it. What is written is what mentions: without this script people type the name themselves.
const MOST = 8;
const WORDS = /(?:^|[^\p{L}\p{N}_@])@([\p{L}\p{N}.' -]{0,60})$/u;

let open = null;

function matching(field, words) {
  const names = [...field.form.querySelectorAll("input[name=mentions]")].map((box) => box.labels[0].textContent.trim());
  const begins = (name) => [name, ...name.split(" ").map((_, index, parts) => parts.slice(index).join(" "))];
  return names.filter((name) => begins(name.toLowerCase()).some((part) => part.startsWith(words))).slice(0, MOST);
}

function asked(field) {
  const found = WORDS.exec(field.value.slice(0, field.selectionStart));
  return found && { from: field.selectionStart - found[1].length, words: found[1].toLowerCase() };
}

function close() {
  if (!open) return;
  for (const name of ["aria-autocomplete", "aria-controls", "aria-activedescendant"]) open.field.removeAttribute(name);
  open.list.remove();
  open = null;
}

function mark(index) {
  const options = [...open.list.children];
  open.marked = (index + options.length) % options.length;
  for (const [place, option] of options.entries()) option.setAttribute("aria-selected", place === open.marked);
  open.field.setAttribute("aria-activedescendant", options[open.marked].id);
}

function choose(option) {
  const { field, from } = open;
  close();
  field.setRangeText(`${option.textContent} `, from, field.selectionStart, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function option(name, index) {
  const item = document.createElement("li");
  item.id = `mention-${index}`;
  item.className = "mentions__item";
  item.setAttribute("role", "option");
  item.textContent = name;
  return item;
}

function show(field, from, names) {
  const before = open ? open.list.childElementCount : 0;
  close();
  const list = document.createElement("ul");
  list.id = "mentions";
  list.className = "mentions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "People to mention");
  list.append(...names.map(option));
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  open = { field, from, list, marked: 0 };
  mark(0);
  if (before === names.length) return;
  const counted = names.length === 1 ? "1 person" : `${names.length} people`;
  document.dispatchEvent(new CustomEvent("portal:announce", { detail: `${counted} to mention, choose with the arrow keys` }));
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches("textarea") || !field.form?.querySelector("input[name=mentions]")) return;
  const found = asked(field);
  const names = found ? matching(field, found.words) : [];
  if (names.length) show(field, found.from, names);
  else close();
});

const KEYS = {
  ArrowDown: () => mark(open.marked + 1),
  ArrowUp: () => mark(open.marked - 1),
  Enter: () => choose(open.list.children[open.marked]),
  Tab: () => choose(open.list.children[open.marked]),
  Escape: close,
};

document.addEventListener("keydown", (event) => {
  if (!open || event.target !== open.field || !(event.key in KEYS) || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  KEYS[event.key]();
});
// Before the field loses the focus, which closes the list.
document.addEventListener("pointerdown", (event) => {
  const item = event.target.closest(".mentions__item");
  if (!item) return;
  event.preventDefault();
  choose(item);
});
document.addEventListener("focusout", close);
