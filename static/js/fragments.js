// What htmx attributes cannot say about asking for fragments and swapping them in. Every page works without this file.
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

  // What somebody is at is not swapped away: a button under a pressed pointer or space bar, whose click would be lost
  // (also if what is swapped above moves it), one that waits for an answer, and words typed since the answer was asked
  // for. Such an answer is dropped; what has the trigger "again" asks anew once they have let go.
  let press = null; // the event that began it
  const dropped = new Set();
  const typedWhenAsked = new WeakMap();

  const typedIn = (form) => new URLSearchParams(new FormData(form)).toString();
  const awaitsAnswer = (target, asker) =>
    Array.from(target.querySelectorAll("button.htmx-request")).some((button) => button !== asker);
  const typedSince = ({ target, xhr }) => typedWhenAsked.has(xhr) && typedWhenAsked.get(xhr) !== typedIn(target);

  function askAgain() {
    for (const asker of dropped) asker.dispatchEvent(new Event("again"));
    dropped.clear();
  }

  function letGo() {
    const ended = press;
    // Only after the click that follows; the next press may have begun by then.
    setTimeout(() => {
      if (press === ended) press = null;
      askAgain();
    });
  }

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target.tagName === "FORM") typedWhenAsked.set(detail.xhr, typedIn(detail.target));
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { target, requestConfig: { elt: asker } } = detail;
    const isPressed = press !== null && (target.contains(press.target) || press.target.closest?.("button, a, summary"));
    if (!detail.shouldSwap || !(isPressed || awaitsAnswer(target, asker) || typedSince(detail))) return;
    detail.shouldSwap = false;
    if (isPressed || typedSince(detail)) dropped.add(asker);
    if (!isPressed) setTimeout(askAgain);
  });
  document.addEventListener("pointerdown", (event) => { if (event.button === 0) press = event; });
  document.addEventListener("keydown", (event) => { if (event.key === " ") press = event; });
  document.addEventListener("keyup", (event) => { if (event.key === " ") letGo(); });
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, letGo);
  window.addEventListener("blur", letGo);
})();
