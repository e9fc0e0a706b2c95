/* Progressive enhancement only: every page works without it. */
"use strict";
(() => {
  // A form is sent once, however often its button is pressed; the back button makes it usable again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    // After this turn: a disabled button would not be among what is sent.
    setTimeout(() => form.querySelectorAll("button").forEach((one) => { one.disabled = true; }), 0);
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("button").forEach((one) => { one.disabled = false; });
    });
  });
  // A reload of what a form was answered with must not send the form again.
  if (document.querySelector("[data-once]")) history.replaceState(null, "", location.href);
  // A screen reader begins with what went wrong.
  document.querySelector("[data-focus]")?.focus();
  // On a phone the menu begins closed.
  if (matchMedia("(max-width: 56rem)").matches) document.querySelector(".menu")?.removeAttribute("open");
})();
