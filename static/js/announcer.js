// Says milestones to screen readers through the one live region of the page. Anybody may dispatch "portal:announce".
const region = document.querySelector("[data-announcer]");

document.addEventListener("portal:announce", (event) => {
  region.textContent = "";
  // A region that gets the same words again stays silent unless it was empty in between.
  requestAnimationFrame(() => { region.textContent = event.detail; });
});
