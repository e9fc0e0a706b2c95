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
        if (fresh && mine === turn) document.querySelector("#told").replaceChildren(...fresh.childNodes);
      } catch { /* without the network the sentence stays; the button asks the server anyway */ }
    };
    form.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(look, 300); });
  }

  const summary = document.querySelector("[data-events]");
  if (!summary || !("EventSource" in window)) return;
  const events = new EventSource(summary.dataset.events);
  events.addEventListener("row", (event) => {
    const { id, html } = JSON.parse(event.data);
    const row = document.getElementById(`leg-${id}`);
    const fresh = parse(`<table>${html}</table>`).querySelector("tr");
    // Whoever stands on a link of the row with the keyboard stays there.
    if (!row || !fresh || row.outerHTML === fresh.outerHTML) return;
    const stood = row.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    row.replaceWith(fresh);
    if (stood) fresh.querySelector(`a[href="${CSS.escape(stood)}"]`)?.focus();
  });
  events.addEventListener("summary", (event) => { summary.textContent = JSON.parse(event.data).text; });
  events.addEventListener("end", () => events.close());
  events.addEventListener("error", () => {
    // The browser comes back by itself after a break; it does not after a refusal: the session has ended.
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 10000);
  });
})();
