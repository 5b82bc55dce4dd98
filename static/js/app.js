// What HTML and CSS cannot say. Every page works without this file.
(() => {
  "use strict";

  // Forms: one click, one submit. The button is disabled only after its own name and value have gone along. -------------

  const submitButtons = (form) => Array.from(form.elements).filter((element) => element.type === "submit");

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("aria-busy")) event.preventDefault();
    if (event.defaultPrevented || form.hasAttribute("data-download")) return;
    setTimeout(() => {
      for (const button of submitButtons(form)) button.disabled = true;
      form.setAttribute("aria-busy", "true");
    });
  });

  // The back button may bring a page back as it was left.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) {
      for (const button of submitButtons(form)) button.disabled = false;
      form.removeAttribute("aria-busy");
    }
  });

  // Table rows: the link covers its row, but a status or a time lies above it to show its title; a click there counts too. ---

  document.addEventListener("click", (event) => {
    const covered = event.target.closest?.("tr :is(.status, .time)[title]");
    covered?.closest("tr").querySelector(".row-link")?.dispatchEvent(new MouseEvent("click", event));
  });

  // Menus: <details class="menu"> closes on Escape and on a click elsewhere ---------------------------------------------

  const openMenus = () => document.querySelectorAll("details.menu[open]");

  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
