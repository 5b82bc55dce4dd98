// What HTML, CSS and htmx attributes cannot say. Every page works without this file.
(() => {
  "use strict";

  const loadedAt = new Date();
  const lastAnswerAt = new Map(); // id of a polling element -> when the server last answered it

  const isPoll = (element) => element.hasAttribute("data-poll");
  const clockTime = (date) => date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

  // Polls -------------------------------------------------------------------------------------------------------------

  function pauseWhenHidden(event) {
    if (document.hidden && isPoll(event.detail.elt)) event.preventDefault();
  }

  // A live region speaks only of what changes inside it, so the words come a moment after the element.
  function showNotUpdating(event) {
    const poll = event.detail.elt;
    if (!isPoll(poll) || poll.querySelector(".poll-alert")) return;
    const alert = document.createElement("p");
    alert.className = "poll-alert";
    alert.setAttribute("role", "status");
    (poll.querySelector("[data-poll-alert]") ?? poll).prepend(alert);
    const since = clockTime(lastAnswerAt.get(poll.id) ?? loadedAt);
    setTimeout(() => { alert.textContent = `Not updating since ${since}. Trying again.`; }, 50);
  }

  function noteAnswer(event) {
    const poll = event.detail.elt;
    if (!event.detail.successful) return;
    document.querySelector("#alerts [data-until-signed-in]")?.remove();
    if (!isPoll(poll)) return;
    lastAnswerAt.set(poll.id, new Date());
    poll.querySelector(".poll-alert")?.remove();
  }

  document.addEventListener("htmx:beforeRequest", pauseWhenHidden);
  document.addEventListener("htmx:sendError", showNotUpdating);
  document.addEventListener("htmx:responseError", showNotUpdating);
  document.addEventListener("htmx:timeout", showNotUpdating);
  document.addEventListener("htmx:afterRequest", noteAnswer);

  // What a swap would lose: unfolded details. (htmx itself keeps the focus of an element that has an id.) ---------------

  let unfolded = [];

  document.addEventListener("htmx:beforeSwap", (event) => {
    unfolded = Array.from(event.detail.target.querySelectorAll("details[id][open]"), (details) => details.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
    unfolded = [];
  });

  // An error that names where its words go (HX-Retarget) is shown there; any other is left to the page as it is.
  // Polls and typing repeat themselves: what is said already is not said again.
  let lastError = "";

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.isError || !event.detail.xhr.getResponseHeader("HX-Retarget")) return;
    const words = event.detail.xhr.responseText;
    event.detail.shouldSwap = words !== lastError || !document.getElementById("error_alert");
    lastError = words;
  });

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
