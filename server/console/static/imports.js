/* Many files become drafts one by one: a lost connection or an ended session costs nothing but time. */
"use strict";
(() => {
  const form = document.querySelector("[data-imports]");
  if (!form || !window.fetch) return;
  const field = form.querySelector("#field-file");
  const find = (name) => document.querySelector(`[data-${name}]`);
  const [card, bar, told, stop, door, rows, chosen, unfinished] = ["batch", "bar", "told", "stop", "door", "rows", "chosen", "unfinished"].map(find);
  const AT_ONCE = 2;
  const key = `tongfa-batch:${form.dataset.person}`;

  // The batch has a name until it is through: whoever chooses the same files again goes on where it broke off.
  const kept = () => { try { return JSON.parse(localStorage.getItem(key) || "null"); } catch { return null; } };
  const keep = (batch) => { try { localStorage.setItem(key, JSON.stringify(batch)); } catch { /* it only cannot be gone on with after a reload */ } };
  const forget = () => { localStorage.removeItem(key); unfinished.hidden = true; };
  const left = kept();
  if (left) { unfinished.hidden = false; find("unfinished-told").textContent = `${left.done}/${left.all}`; }
  find("forget").addEventListener("click", forget);
  const named = () => [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16).padStart(2, "0")).join("");

  const count = () => { chosen.textContent = field.files.length > 1 ? `选了 ${field.files.length} 个文件` : field.files.length ? field.files[0].name : ""; };
  field.addEventListener("change", count);
  for (const name of ["dragover", "dragleave", "drop"]) {
    form.addEventListener(name, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      form.classList.toggle("dropping-here", name === "dragover");
      if (name !== "drop") return;
      field.files = event.dataTransfer.files;
      count();
    });
  }

  let run = null; // the batch that is under way
  form.addEventListener("submit", (event) => {
    if (field.files.length < 2) return;
    event.preventDefault();
    event.stopPropagation();
    const { name } = kept() || { name: named() };
    run = { name, queue: [...field.files], all: field.files.length, done: 0, taken: 0, refused: 0, isHeld: false, wake: null };
    run.fields = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    form.hidden = true;
    unfinished.hidden = true;
    card.hidden = false;
    stop.hidden = false;
    rows.textContent = "";
    bar.max = run.all;
    show();
    Promise.all(Array.from({ length: AT_ONCE }, () => worker(run))).then(() => finish(run));
  });
  stop.addEventListener("click", () => { if (run.isHeld) go(); else hold("已暂停"); });
  addEventListener("online", () => { if (run && run.isHeld && run.isCut) go(); });
  addEventListener("beforeunload", (event) => { if (run) event.preventDefault(); });

  function show(sentence) {
    bar.value = run.done;
    told.textContent = sentence || `${run.done}/${run.all}：${run.taken} 个成为草稿，${run.refused} 个没有导入`;
    keep({ name: run.name, done: run.done, all: run.all });
  }
  function hold(why, isCut = false) {
    run.isHeld = true;
    run.isCut = isCut;
    stop.textContent = "继续";
    show(`${why}；已完成 ${run.done}/${run.all}`);
    if (!run.pause) run.pause = new Promise((wake) => { run.wake = wake; });
  }
  function go() {
    run.isHeld = false;
    stop.textContent = "暂停";
    door.hidden = true;
    show();
    if (run.wake) run.wake();
    run.pause = null;
  }

  async function worker(mine) {
    for (let waits = 0; mine.queue.length;) {
      if (mine.pause) await mine.pause;
      const file = mine.queue.shift();
      if (!file) return;
      const outcome = await send(mine, file);
      if (outcome === "again") {
        mine.queue.unshift(file);
        waits += 1;
        await new Promise((wake) => setTimeout(wake, Math.min(1000 * 2 ** waits, 15000)));
        if (mine.isHeld && mine.isCut) go();
      } else waits = 0;
    }
  }
  /* Send one file; gives "again" when it has to be sent once more. */
  async function send(mine, file) {
    const data = new FormData();
    for (const [name, value] of mine.fields) data.append(name, value);
    data.append("batch", mine.name);
    data.append("file", file);
    let answer;
    try {
      answer = await fetch("/console/imports/one", { method: "POST", body: data });
    } catch {
      // A file that was moved or changed since it was chosen fails just as a network does.
      if (!(await isReadable(file))) { refuse(mine, file, "文件已移动或改动，读不到了，请重新选择"); return "done"; }
      if (!mine.isHeld) hold("网络断开，接通后自动继续", true);
      return "again";
    }
    if (answer.status === 401) {
      mine.queue.unshift(file);
      door.hidden = false;
      hold("登录已过期：请在新窗口登录，再按“继续”");
      return "held";
    }
    if (answer.status >= 500) { if (!mine.isHeld) hold("服务器暂时不可用，稍后自动继续", true); return "again"; }
    const said = (answer.headers.get("Content-Type") || "").startsWith("application/json") ? await answer.json() : { error: "没有导入，请刷新后再试" };
    if (said.error) { refuse(mine, file, said.error); return "done"; }
    mine.done += 1;
    if (said.is_taken) mine.taken += 1; else mine.refused += 1;
    put(new DOMParser().parseFromString(said.row, "text/html").querySelector("li"), said.is_taken);
    if (!mine.isHeld) show();
    return "done";
  }
  const isReadable = async (file) => { try { await file.slice(0, 1).arrayBuffer(); return true; } catch { return false; } };
  function refuse(mine, file, sentence) {
    const row = document.createElement("li");
    const state = Object.assign(document.createElement("span"), { className: "state bad", textContent: "没有导入" });
    const name = Object.assign(document.createElement("span"), { className: "title", textContent: file.name });
    row.append(state, " ", name, Object.assign(document.createElement("div"), { textContent: sentence }));
    put(row, false);
    mine.done += 1;
    mine.refused += 1;
    if (!mine.isHeld) show();
  }
  // What needs a person stands first.
  const put = (row, isTaken) => { if (isTaken) rows.append(row); else rows.prepend(row); };
  function finish(mine) {
    show();
    forget();
    run = null;
    stop.hidden = true;
    document.querySelector("#batch").textContent = "导入完成";
    told.textContent = `${mine.taken} 个文件已成为草稿，${mine.refused} 个没有导入`;
    form.hidden = false;
    form.reset();
    count();
  }
})();
