// Changes the theme without a page load. The cookie is what the server reads for the next page.
const YEAR_SECONDS = 365 * 24 * 3600;
const form = document.querySelector("[data-theme-switch]");

function choose(theme) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of form.querySelectorAll("[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  choose(event.submitter.value);
});
