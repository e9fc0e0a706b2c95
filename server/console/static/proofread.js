/* What the checks say while an item is being written: in the text, and as a list below it. Nothing of it is stored. */
"use strict";
(() => {
  const PAUSE = 4000; // between two looks: a whole office writes at the same time
  const UNSEEN = /[\s\p{Cf}\p{Cc}]/u; // not counted: server/console/proofreading.py

  /** Watch a form. `gather()` brings its text up to date, `changed()` says that we changed it. */
  window.tongfaProof = (form, { gather, changed }) => {
    const box = form.querySelector("[data-findings]");
    const told = box.querySelector("[data-findings-told]");
    const list = box.querySelector("[data-findings-list]");
    let surface = null;
    let wanted = new URLSearchParams(location.search).get("find");
    let timer = 0;
    let last = 0;
    let busy = null;

    function look() {
      clearTimeout(timer);
      timer = setTimeout(ask, Math.max(0, last + PAUSE - Date.now()));
    }
    async function ask() {
      last = Date.now();
      if (busy) busy.abort();
      const mine = busy = new AbortController();
      gather();
      const data = new FormData(form);
      for (const name of ["files", "pictures", "wechat_cover_file", "weibo_cover_file"]) data.delete(name);
      try {
        const answer = await fetch("/console/proofread", { method: "POST", body: data, signal: mine.signal });
        if (!(answer.headers.get("Content-Type") || "").startsWith("application/json")) return; // the keeping says why
        const said = await answer.json();
        if (mine === busy) put(said);
      } catch { /* no network: the keeping says so */ }
    }

    function put({ error, findings = [] }) {
      const count = (severity) => findings.filter((one) => one.severity === severity).length;
      const names = [["blocking", "条须先处理"], ["warning", "条请核对"], ["note", "条提示"]];
      const sums = names.filter(([severity]) => count(severity)).map(([severity, words]) => `${count(severity)} ${words}`);
      say(error ? `还不能检查：${error}` : sums.length ? `检查：${sums.join("，")}` : "检查：没有发现问题");
      box.hidden = false;
      box.classList.toggle("over", count("blocking") > 0);
      list.textContent = "";
      list.append(...findings.map(line));
      if (surface) surface.mark(findings);
      const asked = findings.find((one) => one.key === wanted);
      if (asked) go(asked);
      wanted = null;
    }
    function say(sentence) { if (told.textContent !== sentence) told.textContent = sentence; }

    function line(one) {
      const row = document.createElement("li");
      sentences(one, row);
      acts(row, button("看原处", () => go(one)), ...choices(one));
      return row;
    }
    function sentences(one, place) {
      const chip = Object.assign(document.createElement("span"), {
        className: `state ${one.severity === "blocking" ? "bad" : "wait"}`, textContent: one.name,
      });
      const reason = document.createElement("span");
      reason.textContent = ` ${one.where}${one.words ? `“${one.words}”` : ""}：${one.reason}`;
      const source = Object.assign(document.createElement("div"), { className: "small", textContent: `依据：${one.source}` });
      place.append(chip, reason, source);
    }
    function acts(place, ...buttons) {
      const row = Object.assign(document.createElement("div"), { className: "row" });
      row.append(...buttons);
      place.append(row);
    }
    function choices(one) {
      const made = [];
      if (one.suggestion !== null && (one.field !== "body" || surface)) {
        made.push(button(one.suggestion ? `改为“${one.suggestion}”` : "删去", () => mend(one)));
      }
      if ("mayWaive" in box.dataset && one.may_waive) made.push(button("忽略并说明", () => waive(one)));
      return made;
    }
    function button(words, run) {
      const made = Object.assign(document.createElement("button"), { type: "button", className: "small-button", textContent: words });
      made.addEventListener("click", run);
      return made;
    }

    const fieldOf = (one) => form.querySelector(`#field-${CSS.escape(one.field)}`) || form.querySelector("#files");
    /* Give where some visible signs begin and end in what a field holds. */
    function within(value, one) {
      const at = [];
      let offset = 0;
      for (const sign of value) {
        if (!UNSEEN.test(sign)) at.push([offset, offset + sign.length]);
        offset += sign.length;
      }
      const begins = at[one.begin];
      const ends = at[one.begin + one.signs - 1];
      return one.signs && begins && ends ? [begins[0], ends[1]] : null;
    }
    function go(one) {
      if (one.field === "body" && surface) { if (!surface.select(one.key)) surface.focus(); return; }
      const field = fieldOf(one);
      field.scrollIntoView({ block: "center" });
      field.focus();
      const place = field.setSelectionRange && within(field.value, one);
      if (place) field.setSelectionRange(...place);
    }
    function mend(one) {
      if (one.field === "body") { surface.mend(one.key, one.suggestion); return; }
      const field = fieldOf(one);
      const [begin, end] = within(field.value, one) || [0, field.value.length];
      field.value = field.value.slice(0, begin) + one.suggestion + field.value.slice(end);
      field.focus();
      changed();
    }
    // An answer belongs to a version: it is saved first, and the page of the checks asks for the reason.
    function waive(one) {
      form.elements.find.value = one.key;
      form.querySelector('button[name="then"][value="check"]').click();
    }
    addEventListener("pageshow", () => { form.elements.find.value = ""; });

    return {
      look,
      over: (opened) => { surface = opened; },
      show: (one, place) => { sentences(one, place); acts(place, ...choices(one)); },
    };
  };
})();
