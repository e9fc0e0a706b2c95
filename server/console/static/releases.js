/* Releases: the sentence follows what is ticked, and the rows of a release change while one looks at them. */
"use strict";
(() => {
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");

  // The sentence is the server's: the form is posted to look, and its answer takes the place of the old one.
  const form = document.querySelector("[data-look]");
  if (form) {
    let turn = 0;
    let pause;
    const look = async () => {
      const mine = ++turn;
      try {
        const answer = await fetch(form.dataset.look, { method: "POST", body: new FormData(form) });
        const fresh = parse(await answer.text()).querySelector("#told");
        if (!fresh || mine !== turn) return;
        const told = document.querySelector("#told"); // stays: a screen reader listens to it
        told.textContent = "";
        told.append(...fresh.childNodes);
      } catch { /* without the network the sentence stays; the button asks the server anyway */ }
    };
    // A mended typo is no reason for another post: what stands on a platform is left out, and put back with the choice.
    const taken = new Map();
    form.addEventListener("change", ({ target }) => {
      if (target.name !== "change") return;
      for (const box of form.querySelectorAll("[data-posted]")) {
        const why = form.elements[`left_out.${box.value}`];
        if (target.value === "minor" && box.checked) {
          box.checked = false;
          taken.set(box, why && !why.value ? why : null);
          if (taken.get(box)) why.value = "只改错字，不另发一条";
        } else if (target.value === "major" && taken.has(box)) {
          box.checked = true;
          if (taken.get(box)) taken.get(box).value = "";
          taken.delete(box);
        }
      }
    });
    form.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(look, 300); });
  }

  const summary = document.querySelector("[data-events]");
  if (!summary || !("EventSource" in window)) return;
  const put = (id, fresh) => {
    const row = document.getElementById(id);
    // Whoever stands on a link of the row with the keyboard stays there.
    if (!row || !fresh || row.outerHTML === fresh.outerHTML) return;
    const stood = row.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    row.replaceWith(fresh);
    const link = stood && fresh.querySelector(`a[href="${CSS.escape(stood)}"]`);
    if (link) link.focus();
  };
  // What can no longer be done goes, and the row of a post that is over; what is typed into the rest stays.
  const close = (holds, rows) => {
    for (const one of document.querySelectorAll("tr[id^='leg-']")) {
      const board = one.closest("section");
      if (!rows.includes(one.id)) one.remove();
      if (!board.querySelector("tr[id]")) board.remove();
    }
    for (const one of document.querySelectorAll("[data-while]")) if (!holds.includes(one.dataset.while)) one.remove();
    const open = document.querySelector("#open");
    if (open && !open.querySelector("[data-while]")) open.remove();
  };
  const events = new EventSource(summary.dataset.events);
  events.addEventListener("row", (event) => {
    const { id, html } = JSON.parse(event.data);
    put(`leg-${id}`, parse(`<table>${html}</table>`).querySelector("tr"));
  });
  events.addEventListener("summary", (event) => {
    const { text, holds, rows } = JSON.parse(event.data);
    summary.textContent = text;
    close(holds, rows.map((id) => `leg-${id}`));
  });
  events.addEventListener("end", () => events.close());
  // Too many such pages are open: this one asks now and then instead of being told.
  events.addEventListener("crowded", (event) => {
    events.close();
    const told = document.createElement("p");
    told.className = "hint";
    told.textContent = JSON.parse(event.data).text;
    summary.after(told);
    const ask = async () => {
      try {
        const page = parse(await (await fetch(location.href)).text());
        const now = page.querySelector("#summary");
        if (!now) { location.reload(); return; }
        const rows = [...page.querySelectorAll("tr[id^='leg-']")];
        for (const fresh of rows) put(fresh.id, fresh);
        summary.textContent = now.textContent;
        close([...page.querySelectorAll("[data-while]")].map((one) => one.dataset.while), rows.map(({ id }) => id));
        if (!("events" in now.dataset)) { told.remove(); return; }
      } catch { /* without the network the rows stay; it asks again */ }
      setTimeout(ask, 15000);
    };
    setTimeout(ask, 15000);
  });
  events.addEventListener("error", () => {
    // The browser comes back by itself after a break; it does not after a refusal: the session has ended.
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 10000);
  });
})();
