// A button with data-confirm="What will happen" asks first. data-confirm-title names the act; data-confirm-word must be
// typed where the harm is great. Without scripts the button acts at once, and the server decides as always.
const answered = new WeakSet();

function element(tag, css, text) {
  const made = document.createElement(tag);
  made.className = css;
  made.textContent = text;
  return made;
}

function build(button) {
  const dialog = element("dialog", "dialog", "");
  const title = element("h2", "dialog__title", button.dataset.confirmTitle || button.textContent.trim());
  title.id = "dialog-title";
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(title, element("p", "dialog__text", button.dataset.confirm));
  const word = button.dataset.confirmWord;
  const field = element("input", "input", "");
  if (word) {
    const label = element("label", "field__label stack stack--tight", `Type ${word} to confirm`);
    field.autocomplete = "off";
    label.append(field);
    dialog.append(label);
  }
  const actions = element("div", "dialog__actions", "");
  const cancel = element("button", "button", "Cancel");
  const act = element("button", `${button.className} button--primary`, button.textContent.trim());
  cancel.type = act.type = "button";
  cancel.addEventListener("click", () => dialog.close());
  act.addEventListener("click", () => {
    if (word && field.value.trim() !== word) { field.setAttribute("aria-invalid", "true"); field.focus(); return; }
    dialog.close();
    answered.add(button);
    button.click();
  });
  actions.append(cancel, act);
  dialog.append(actions);
  return dialog;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (!button || answered.delete(button)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const dialog = build(button);
  dialog.addEventListener("close", () => { dialog.remove(); button.focus(); });
  document.body.append(dialog);
  dialog.showModal();
}, true);
