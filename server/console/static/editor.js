/* The form of an item: the surface over its text, attachments as they are chosen, and nothing typed is ever lost. */
"use strict";
(() => {
  const form = document.querySelector("[data-editor]");
  const area = form && form.querySelector("[data-rich]");
  if (!area) return;
  const token = form.querySelector('[name="tongfa_form"]').value;
  const told = form.querySelector("[data-kept]");
  const say = (sentence) => { told.textContent = sentence; };

  // Files: sent at once, so that the form itself stays small.
  async function send(address, file) {
    const data = new FormData();
    data.append("tongfa_form", token);
    data.append("file", file);
    try {
      const answer = await fetch(address, { method: "POST", body: data });
      if (answer.status === 401) return { error: "登录已过期，请先保存（会要求登录），再上传文件。" };
      return await answer.json();
    } catch {
      return { error: "网络断开，文件没有上传，请稍后再试。" };
    }
  }
  const upload = (file) => send("/console/media", file);
  const list = form.querySelector("[data-files]");
  const attach = form.querySelector("#files");
  attach.addEventListener("change", () => {
    const files = [...attach.files];
    attach.value = "";
    attachments(files);
  });
  async function attachments(files) {
    for (const file of files) {
      say(`正在上传 ${file.name}…`);
      const kept = await upload(file);
      if (kept.error) { say(kept.error); continue; }
      line(kept.sha256, kept.name);
      say(`${file.name} 已作为附件上传，保存后生效。${kept.warning ? `注意：${kept.warning}。` : ""}`);
      keep();
    }
  }
  function line(sha256, name) {
    const row = document.createElement("div");
    row.className = "file";
    const hash = Object.assign(document.createElement("input"), { type: "hidden", name: "file_sha256", value: sha256 });
    const field = Object.assign(document.createElement("input"), { name: "file_name", value: name });
    field.setAttribute("aria-label", "附件名称");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "删除" });
    button.addEventListener("click", () => { row.remove(); keep(); });
    row.append(hash, field, button);
    list.append(row);
  }

  // A document dropped on an empty text becomes the text; beside a text its author says what it is to be.
  async function documents(files) {
    const [file] = files;
    if (files.length > 1 || !window.tongfaSurface.isDocument(file.name)) { attachments(files); return; }
    if (surface.isEmpty()) await take(file);
    else offer(file);
  }
  function offer(file) {
    form.querySelectorAll("[data-offer]").forEach((one) => one.remove());
    const box = document.createElement("div");
    box.className = "notice";
    box.dataset.offer = "";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", file.name);
    const sentence = document.createElement("p");
    sentence.textContent = `正文里已有内容。${file.name} 要怎么用？`;
    const row = document.createElement("p");
    row.className = "row";
    for (const [name, act] of [["接在正文后面", () => take(file)], ["作为附件", () => attachments([file])], ["不要了", () => surface.focus()]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
      button.addEventListener("click", () => { box.remove(); act(); });
      row.append(button);
    }
    box.append(sentence, row);
    told.before(box);
    row.firstChild.focus();
  }
  async function take(file) {
    say(`正在读 ${file.name}…`);
    const found = await send("/console/imports/read", file);
    if (found.error) { say(found.error); return; }
    surface.append(found.body);
    for (const name of ["title", "document_number", "formed_on"]) {
      if (!form.elements[name].value) form.elements[name].value = found[name];
    }
    say([`${file.name} 的内容已放进正文，标题、文号、成文日期请核对。`, ...found.notes].join("；"));
    keep();
  }

  // The surface; without it the text field stays, and everything else works.
  // The text field has lines, which the surface has no need of; what a browser brought back is what was written.
  const beneath = form.elements.body_was;
  if (window.tongfaSurface && beneath) {
    if (area.value === area.defaultValue) area.value = beneath.value;
    beneath.remove();
  }
  const proof = window.tongfaProof(form, { gather: () => gather(), changed: () => keep() });
  const surface = window.tongfaSurface && window.tongfaSurface.open(area, { upload, say, documents, changed: () => keep(), show: proof.show });
  proof.over(surface);
  if (surface) {
    area.hidden = true;
    form.querySelector("#label-body").addEventListener("click", () => surface.focus());
    form.querySelectorAll("[data-plain]").forEach((one) => { one.hidden = true; });
  }
  const gather = () => { if (surface) area.value = surface.write(); };

  // Unsaved text goes to the server every few seconds, and only while that fails into this machine.
  const key = "tongfa:" + form.dataset.key;
  const isOurs = (one) => one.name && !["file", "submit", "button"].includes(one.type) && !["tongfa_form", "base", "slot", "after", "find"].includes(one.name);
  let timer = 0;
  let dirty = false;
  let sent = false;
  let busy = null; // what stops the keeping that is under way: it must not come after the save
  function keep() {
    dirty = true;
    count();
    clearTimeout(timer);
    timer = setTimeout(hold, 2000);
  }
  async function hold() {
    if (sent) return;
    if (busy) { timer = setTimeout(hold, 2000); return; }
    busy = new AbortController();
    dirty = false; // what is typed from now on is not in what goes out
    gather();
    const data = new FormData(form);
    for (const name of ["files", "pictures", "wechat_cover_file", "weibo_cover_file"]) data.delete(name);
    data.append("item", form.dataset.item);
    try {
      const answer = await fetch("/console/scratch", { method: "POST", body: data, signal: busy.signal });
      const kept = (answer.headers.get("Content-Type") || "").startsWith("application/json") ? await answer.json() : {};
      if (answer.ok) {
        form.elements.after.value = kept.serial;
        localStorage.removeItem(key);
        say(`已自动暂存（${kept.at}），还没有保存。`);
        proof.look();
      } else if (answer.status >= 500) store(`${kept.error || "服务器暂时不能保存"}，`);
      else if (kept.error) { dirty = true; say(kept.error); }
      else store("登录已过期，");
    } catch { if (!sent) store("网络断开，"); }
    busy = null;
  }
  function store(why) {
    dirty = true;
    const pairs = [...form.elements].filter(isOurs).filter((one) => one.type !== "checkbox" || one.checked).map((one) => [one.name, one.value]);
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), base: form.dataset.base, pairs }));
      say(`${why}内容暂存在这台电脑上，还没有保存。`);
    } catch { say(`${why}暂存不了，请尽快保存。`); }
    clearTimeout(timer);
    timer = setTimeout(hold, 15000); // the network comes back, and somebody may sign in in another window
  }
  addEventListener("online", () => { if (dirty) hold(); });

  // Who else has it open; nobody is told when nobody can know.
  if (form.dataset.item) {
    const editing = `/console/items/${form.dataset.item}/editing`;
    const note = document.querySelector("[data-others]");
    const body = () => { const data = new FormData(); data.append("tongfa_form", token); return data; };
    const tell = async () => {
      try {
        const answer = await fetch(editing, { method: "POST", body: body() });
        if (!answer.ok) return;
        const { others } = await answer.json();
        note.hidden = !others.length;
        note.textContent = others.length ? `${others.join("、")}也在修改这篇稿件。` : "";
      } catch { note.hidden = true; }
    };
    tell();
    setInterval(tell, 15000);
    addEventListener("pagehide", () => navigator.sendBeacon(editing + "/leave", body()));
  }

  const saved = new URLSearchParams(location.search).get("done") === "saved";
  const restore = document.querySelector("[data-restore]");
  if (saved) { localStorage.removeItem(key); localStorage.removeItem("tongfa:" + form.dataset.new); }
  const found = JSON.parse(localStorage.getItem(key) || "null");
  if (found && found.base === form.dataset.base && !document.querySelector(".trouble, #conflict")) {
    restore.hidden = false;
    restore.querySelector("[data-restore-at]").textContent = new Date(found.at).toLocaleString("zh-CN");
    restore.querySelector("[data-restore-yes]").addEventListener("click", () => {
      list.textContent = "";
      const hashes = found.pairs.filter(([name]) => name === "file_sha256");
      const names = found.pairs.filter(([name]) => name === "file_name");
      hashes.forEach(([, hash], place) => line(hash, (names[place] || [])[1] || ""));
      const said = new Map(found.pairs.filter(([name]) => !name.startsWith("file_")));
      for (const field of [...form.elements].filter(isOurs)) {
        if (field.type === "checkbox") field.checked = found.pairs.some(([name, value]) => name === field.name && value === field.value);
        else if (said.has(field.name)) field.value = said.get(field.name);
      }
      if (surface) surface.read(area.value);
      restore.hidden = true;
      keep();
    });
    restore.querySelector("[data-restore-no]").addEventListener("click", () => { localStorage.removeItem(key); restore.hidden = true; });
  }
  form.addEventListener("input", keep);
  form.addEventListener("submit", () => { gather(); sent = true; if (busy) busy.abort(); });
  addEventListener("pageshow", () => { sent = false; });
  addEventListener("pagehide", gather);
  addEventListener("beforeunload", (event) => { if (dirty && !sent) event.preventDefault(); });
  // Whatever was typed in the last seconds goes out when the window is left.
  document.addEventListener("visibilitychange", () => { if (document.hidden && dirty && !sent) hold(); });

  // A part that an import found wrongly is put right with one click.
  function fill(name, words) {
    const field = form.elements[name];
    field.value = words;
    field.focus();
    keep();
  }
  const press = (name, run) => document.querySelectorAll(`[data-${name}]`).forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => run(button.dataset));
  });
  press("clear", ({ clear }) => fill(clear, ""));
  press("put", ({ put, words }) => fill(put, words));
  press("join", ({ join, words }) => {
    const had = form.elements[join].value.split("、").map((one) => one.trim()).filter(Boolean);
    fill(join, [...new Set([...had, words])].join("、"));
  });
  if (surface) {
    press("take", ({ take: name }) => {
      const words = surface.selected().replace(/\s+/g, " ");
      if (words) fill(name, words);
      else { say("请先在正文里选中文字，再按这个按钮。"); surface.focus(); }
    });
    press("back", ({ back }) => { surface.prepend(back); keep(); });
  }

  // How long a title or summary is, beside what the tightest channel takes.
  function count() {
    form.querySelectorAll("[data-count]").forEach((field) => {
      let note = field.nextElementSibling;
      if (!note || !note.classList.contains("count")) {
        note = document.createElement("p");
        note.className = "count";
        field.after(note);
      }
      const length = [...field.value].length;
      note.textContent = `${length} 字（微信最多 ${field.dataset.count} 字）`;
      note.classList.toggle("over", length > Number(field.dataset.count));
    });
  }
  count();
  if (area.value.trim()) proof.look();
})();
