/* The calendar: a planned release is dragged to another day; the same is done by the forms below it. */
"use strict";
(() => {
  const form = document.querySelector("#drag");
  const table = document.querySelector("[data-move]");
  if (!form || !table) return;
  let dragged = "";
  const day = (event) => event.target.closest("[data-day]");
  const told = document.querySelector("[data-stays][role]");
  const say = (sentence) => { told.textContent = sentence; told.hidden = !sentence; };
  // Whoever tries to drag what stays is told why it stays.
  table.querySelectorAll("[data-stays]").forEach((one) => { one.draggable = true; });
  const unmark = () => table.querySelectorAll(".over").forEach((one) => one.classList.remove("over"));
  table.addEventListener("dragstart", (event) => {
    const entry = event.target.closest("[data-release]");
    if (!entry) {
      const fixed = event.target.closest("[data-stays]");
      if (fixed) { event.preventDefault(); say(fixed.dataset.stays); }
      return;
    }
    say("");
    dragged = entry.dataset.release;
    event.dataTransfer.setData("text/plain", dragged);
    event.dataTransfer.effectAllowed = "move";
  });
  table.addEventListener("dragend", () => { dragged = ""; unmark(); });
  table.addEventListener("dragover", (event) => {
    if (!dragged || !day(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    unmark();
    day(event).classList.add("over");
  });
  table.addEventListener("drop", (event) => {
    if (!dragged || !day(event)) return;
    event.preventDefault();
    form.elements.release_id.value = dragged;
    form.elements.day.value = day(event).dataset.day;
    form.requestSubmit();
  });
})();
