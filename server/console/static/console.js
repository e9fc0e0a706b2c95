/* Progressive enhancement only: every page works without it. */
"use strict";
(() => {
  // Without the network a form stays where it is: the browser's own page would take its place, and what was typed with it.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    form.querySelectorAll("[data-offline]").forEach((one) => one.remove());
    if (navigator.onLine || form.method !== "post") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const told = Object.assign(document.createElement("p"), { className: "trouble" });
    told.dataset.offline = "";
    told.setAttribute("role", "alert");
    form.append(told);
    told.textContent = "网络断开，没有提交。填写的内容都在，网络恢复后再按一次。";
    told.scrollIntoView({ block: "nearest" });
  }, true);
  // What changes something is sent once, however often its button is pressed; the back button makes it usable again.
  // What only asks may ask again: a table to keep does not take the place of the page.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    // A page that fails under the same address takes the place of this one, and the back button would pass it by.
    if (!location.hash) history.replaceState(history.state, "", `${location.href}#`);
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
  // Of links that fill a frame of the page, the one that is shown.
  document.querySelectorAll("[data-frame]").forEach((links) => links.addEventListener("click", (event) => {
    const shown = event.target.closest("a");
    if (!shown) return;
    links.querySelectorAll("a").forEach((one) => one.removeAttribute("aria-current"));
    shown.setAttribute("aria-current", "true");
  }));
  // A screen reader begins with what went wrong.
  const wrong = document.querySelector("[data-focus]");
  if (wrong) wrong.focus();
  // On a phone the menu begins closed; beside the page, where nothing opens it, it stands open.
  const small = matchMedia("(max-width: 56rem)");
  const fold = () => document.querySelectorAll(".menu").forEach((one) => { one.open = !small.matches; });
  small.onchange = fold;
  fold();
})();
