/* The order of columns by dragging; the same is done by the buttons of each line, without any script. */
(() => {
  "use strict";
  const list = document.querySelector("[data-columns]");
  const form = document.querySelector("#order-form");
  if (!list || !form) return;
  let dragged = null;
  let isDropped = false;
  const before = [...list.children];
  const order = (lines) => lines.map((one) => one.dataset.column).join(" ");
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("li");
    if (!dragged) return;
    isDropped = false;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.column);
    dragged.classList.add("dragged");
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const box = over.getBoundingClientRect();
    list.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextSibling);
  });
  list.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    isDropped = true;
  });
  list.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    dragged = null;
    // Given up by Escape, or let go somewhere else: nothing was decided, and all stand as they stood.
    if (!isDropped) { list.append(...before); return; }
    const lines = [...list.children];
    if (order(lines) === order(before)) return;
    form.elements.order.value = order(lines);
    form.submit();
  });
})();
