// Answers given several times. Inside [data-rows="environments"]: [data-row] for each, a <template data-row-template> whose
// names hold __index__, a [data-row-add] button, and in each row a [data-row-remove] button. Numbers stay without gaps.
const PLACES = ["name", "id", "for", "href", "aria-describedby", "aria-labelledby", "aria-controls", "data-shown-when"];

function own(group, selector) {
  return [...group.querySelectorAll(selector)].filter((element) => element.closest("[data-rows]") === group);
}

// What stands in a template inside a row is numbered with it: a list in a row adds its lines from there.
function everything(root) {
  return [root, ...root.querySelectorAll("*")].flatMap((element) =>
    element.localName === "template" ? [element, ...element.content.querySelectorAll("*")] : [element]);
}

function renumber(group) {
  const key = group.dataset.rows;
  const pattern = new RegExp(`((?:^|[\\s#-])${key}-)(?:\\d+|__index__)(?=-|$|\\s)`, "g");
  own(group, "[data-row]").forEach((row, index) => {
    for (const element of everything(row)) {
      // Which fields are only suggested stands in the values of hidden fields.
      for (const place of element.getAttribute("name") === "suggested" ? [...PLACES, "value"] : PLACES) {
        const value = element.getAttribute(place);
        if (value) element.setAttribute(place, value.replace(pattern, `$1${index}`));
      }
    }
    for (const number of row.querySelectorAll("[data-row-number]")) number.textContent = String(index + 1);
  });
}

function changed(group, words) {
  renumber(group);
  group.dispatchEvent(new CustomEvent("portal:rows", { bubbles: true }));
  group.closest("form")?.dispatchEvent(new Event("input", { bubbles: true }));
  document.dispatchEvent(new CustomEvent("portal:announce", { detail: words }));
}

function add(group) {
  const [template] = own(group, "template[data-row-template]");
  const fresh = template.content.cloneNode(true);
  const rows = own(group, "[data-row]");
  const place = rows.at(-1) ?? template;
  place.after(fresh);
  changed(group, "Added");
  own(group, "[data-row]").at(rows.length)?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function remove(row) {
  const group = row.closest("[data-rows]");
  const neighbour = row.nextElementSibling?.matches("[data-row]") ? row.nextElementSibling : row.previousElementSibling;
  row.remove();
  changed(group, "Removed");
  const next = neighbour?.matches("[data-row]") ? neighbour.querySelector("input:not([type=hidden]), select, textarea") : null;
  (next ?? own(group, "[data-row-add]")[0])?.focus();
}

document.addEventListener("click", (event) => {
  const adder = event.target.closest("[data-row-add]");
  // Without scripts these buttons submit the form, and the server adds or removes.
  if (adder || event.target.closest("[data-row-remove]")) event.preventDefault();
  if (adder) add(adder.closest("[data-rows]"));
  const remover = event.target.closest("[data-row-remove]");
  if (remover) remove(remover.closest("[data-row]"));
});
