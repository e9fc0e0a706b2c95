/* The articles of a push are dragged into another order; the buttons beside them do the same. */
"use strict";
(() => {
  const form = document.querySelector("#order");
  if (!form) return;
  let dragged = null;
  let isDropped = false;
  const others = (list) => [...list.querySelectorAll("[data-delivery]")];
  for (const list of document.querySelectorAll("[data-push]")) {
    let before = [];
    const order = (rows) => rows.map((one) => one.dataset.delivery).join(",");
    list.addEventListener("dragstart", (event) => {
      dragged = event.target.closest("[data-delivery]");
      if (!dragged) return;
      before = others(list);
      isDropped = false;
      event.dataTransfer.setData("text/plain", dragged.dataset.delivery);
      event.dataTransfer.effectAllowed = "move";
      dragged.classList.add("dragged");
    });
    list.addEventListener("dragover", (event) => {
      const over = event.target.closest("[data-delivery]");
      if (!dragged || !list.contains(dragged)) return;
      event.preventDefault();
      if (!over || over === dragged) return;
      const place = over.getBoundingClientRect();
      over[event.clientY < place.top + place.height / 2 ? "before" : "after"](dragged);
    });
    list.addEventListener("drop", (event) => {
      event.preventDefault();
      isDropped = true;
    });
    list.addEventListener("dragend", () => {
      if (!dragged) return;
      dragged.classList.remove("dragged");
      dragged = null;
      // Given up by Escape, or let go somewhere else: nothing was decided, and all stand as they stood.
      if (!isDropped) { list.append(...before); return; }
      const rows = others(list);
      if (order(rows) === order(before)) return;
      form.elements.account.value = list.dataset.account;
      form.elements.push_id.value = list.dataset.push;
      form.elements.order.value = order(rows);
      form.requestSubmit();
    });
  }
})();
