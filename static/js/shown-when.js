// Questions that only some answers ask for. data-shown-when="choice=own|other": shown while the control named `choice` of
// the same form holds one of these values. Without scripts everything is shown, and the server judges what applies.
function values(form, name) {
  return [...form.elements]
    .filter((control) => control.name === name && (!["radio", "checkbox"].includes(control.type) || control.checked))
    .map((control) => control.value);
}

function holds(element) {
  const form = element.closest("form");
  if (!form) return true;
  const [name, wanted] = element.dataset.shownWhen.split("=");
  const given = values(form, name);
  return (given.length ? given : [""]).some((value) => wanted.split("|").includes(value));
}

function update(root) {
  for (const element of root.querySelectorAll("[data-shown-when]")) element.hidden = !holds(element);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  if (form) update(form);
});
document.addEventListener("portal:rows", (event) => update(event.target));
document.addEventListener("htmx:afterSettle", (event) => update(event.detail.target));
update(document);
