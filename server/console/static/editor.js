/* The editor: a toolbar over the text, pictures and attachments as they are dropped, and drafts kept on this machine. */
"use strict";
(() => {
  const form = document.querySelector("[data-editor]");
  const area = form?.querySelector("[data-rich]");
  if (!area || !("DOMParser" in window)) return;
  const token = form.querySelector('[name="tongfa_form"]').value;
  const told = form.querySelector("[data-kept]");
  const say = (sentence) => { told.textContent = sentence; };

  // What a text may hold; the server has the last word (server/importing).
  const BLOCKS = new Set(["P", "H2", "H3", "H4", "UL", "OL", "LI", "TABLE", "THEAD", "TBODY", "TR", "TD", "TH", "BLOCKQUOTE", "FIGURE", "FIGCAPTION", "HR"]);
  const KEPT = new Set([...BLOCKS, "STRONG", "B", "EM", "I", "U", "S", "SUB", "SUP", "A", "BR", "IMG"]);
  const GONE = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "EMBED", "SVG", "MATH", "TITLE", "META", "LINK", "HEAD", "XML", "NOSCRIPT", "SELECT", "TEXTAREA", "BUTTON", "INPUT", "VIDEO", "AUDIO", "CANVAS"]);
  const RENAMED = { H1: "H2", H5: "H4", H6: "H4", DEL: "S", STRIKE: "S", INS: "U", DIV: "P" };
  let lost = 0;

  function picture(node) {
    const src = node.getAttribute("src") || "";
    const found = /^media:([0-9a-f]{64})$/.exec(src) || /\/console\/media\/([0-9a-f]{64})$/.exec(src);
    if (!found) { lost += 1; return null; }
    const image = document.createElement("img");
    image.src = "/console/media/" + found[1];
    image.alt = node.getAttribute("alt") || "";
    return image;
  }
  function element(node) {
    const name = RENAMED[node.tagName] || node.tagName;
    const kept = document.createElement(name);
    if (name === "A") {
      const href = node.getAttribute("href") || "";
      if (/^(https?:|mailto:|tel:)/i.test(href)) kept.setAttribute("href", href);
    }
    for (const span of ["colspan", "rowspan"]) {
      const value = node.getAttribute(span);
      if ((name === "TD" || name === "TH") && /^[1-9]\d?$/.test(value || "")) kept.setAttribute(span, value);
    }
    return kept;
  }
  function clean(from, into) {
    for (const node of from.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) { into.append(node.data); continue; }
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      const tag = node.tagName.toUpperCase();
      if (GONE.has(tag)) continue;
      if (tag === "IMG") { const image = picture(node); if (image) into.append(image); continue; }
      const name = RENAMED[tag] || tag;
      // A border around blocks is no paragraph of its own.
      const holds = tag === "DIV" && [...node.children].some((one) => BLOCKS.has(RENAMED[one.tagName] || one.tagName));
      if (!KEPT.has(name) || holds) { clean(node, into); continue; }
      const kept = element(node);
      clean(node, kept);
      into.append(kept);
    }
  }
  function fragment(html) {
    // Styles never stay; parsing them at all makes the browser complain about our policy.
    const bare = html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/\sstyle\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, " ");
    const parsed = new DOMParser().parseFromString(bare, "text/html");
    const into = document.createDocumentFragment();
    lost = 0;
    clean(parsed.body, into);
    if (lost) say(`有 ${lost} 张图片没有带过来，请另外上传。`);
    return into;
  }
  function written() {
    const copy = rich.cloneNode(true);
    copy.querySelectorAll("img").forEach((one) => {
      one.removeAttribute("class");
      one.setAttribute("src", one.getAttribute("src").replace("/console/media/", "media:"));
    });
    return copy.textContent.trim() || copy.querySelector("img") ? copy.innerHTML : "";
  }

  // The surface.
  const rich = document.createElement("div");
  rich.className = "rich";
  rich.contentEditable = "true";
  rich.id = "rich-body";
  for (const [name, value] of Object.entries({ role: "textbox", "aria-multiline": "true", "aria-labelledby": "label-body", "aria-describedby": "hint-body" })) rich.setAttribute(name, value);
  const bar = document.createElement("div");
  bar.className = "bar";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "正文格式");
  const run = (command, value) => { rich.focus(); document.execCommand(command, false, value); keep(); };
  function insert(node) {
    rich.focus();
    const choice = getSelection();
    if (!choice.rangeCount || !rich.contains(choice.anchorNode)) { rich.append(node); return; }
    const range = choice.getRangeAt(0);
    range.deleteContents();
    const last = node.lastChild || node;
    range.insertNode(node);
    range.setStartAfter(last);
    range.collapse(true);
    choice.removeAllRanges();
    choice.addRange(range);
  }
  function table() {
    const made = document.createElement("table");
    const body = made.createTBody();
    for (let row = 0; row < 3; row += 1) {
      const line = body.insertRow();
      for (let cell = 0; cell < 3; cell += 1) line.insertCell().append(document.createElement("br"));
    }
    const after = document.createElement("p");
    after.append(document.createElement("br"));
    const both = document.createDocumentFragment();
    both.append(made, after);
    insert(both);
    keep();
  }
  const chooser = document.createElement("input");
  chooser.type = "file";
  chooser.accept = "image/jpeg,image/png,image/gif,image/webp";
  chooser.multiple = true;
  chooser.hidden = true;
  chooser.addEventListener("change", () => { pictures([...chooser.files]); chooser.value = ""; });
  const ACTS = [
    ["正文", "段落", () => run("formatBlock", "p")],
    ["大标题", "大标题", () => run("formatBlock", "h2")],
    ["小标题", "小标题", () => run("formatBlock", "h3")],
    ["粗", "加粗", () => run("bold")],
    ["• 列表", "项目列表", () => run("insertUnorderedList")],
    ["1. 编号", "编号列表", () => run("insertOrderedList")],
    ["表格", "插入三行三列的表格", table],
    ["链接", "给选中的文字加链接", () => { const url = prompt("网址（以 http:// 或 https:// 开头）"); if (url && /^https?:\/\//.test(url)) run("createLink", url); }],
    ["图片", "上传图片", () => chooser.click()],
    ["清除格式", "清除格式", () => { run("removeFormat"); run("unlink"); }],
    ["撤销", "撤销", () => run("undo")],
    ["重做", "重做", () => run("redo")],
  ];
  for (const [text, name, act] of ACTS) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.title = name;
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", act);
    bar.append(button);
  }

  // Words for the picture that is chosen.
  const alt = document.createElement("div");
  alt.className = "alt";
  alt.hidden = true;
  const words = document.createElement("input");
  words.type = "text";
  words.id = "picture-words";
  const label = document.createElement("label");
  label.htmlFor = "picture-words";
  label.textContent = "图片说明（给看不到图片的读者）";
  const drop = document.createElement("button");
  drop.type = "button";
  drop.textContent = "删除图片";
  alt.append(label, words, drop);
  let chosen = null;
  function choose(image) {
    chosen?.classList.remove("chosen");
    chosen = image;
    alt.hidden = !image;
    if (image) { image.classList.add("chosen"); words.value = image.alt; }
  }
  words.addEventListener("input", () => { if (chosen) { chosen.alt = words.value; keep(); } });
  drop.addEventListener("click", () => { chosen?.remove(); choose(null); keep(); });
  rich.addEventListener("click", (event) => choose(event.target.tagName === "IMG" ? event.target : null));

  // Files: sent at once, so that the form itself stays small.
  async function send(file) {
    const data = new FormData();
    data.append("tongfa_form", token);
    data.append("file", file);
    try {
      const answer = await fetch("/console/media", { method: "POST", body: data });
      if (answer.status === 401) return { error: "登录已过期，请先保存（会要求登录），再上传文件。" };
      return await answer.json();
    } catch {
      return { error: "网络断开，文件没有上传，请稍后再试。" };
    }
  }
  async function pictures(files) {
    for (const file of files) {
      say(`正在上传 ${file.name}…`);
      const kept = await send(file);
      if (kept.error) { say(kept.error); continue; }
      if (!kept.is_picture) { say(`${file.name} 不是图片，请作为附件添加。`); continue; }
      const image = document.createElement("img");
      image.src = "/console/media/" + kept.sha256;
      image.alt = "";
      const figure = document.createElement("figure");
      figure.append(image);
      insert(figure);
      choose(image);
      words.focus();
      say("图片已上传，请写图片说明。");
      keep();
    }
  }
  const list = form.querySelector("[data-files]");
  const attach = form.querySelector("#files");
  attach.addEventListener("change", async () => {
    const files = [...attach.files];
    attach.value = "";
    for (const file of files) {
      say(`正在上传 ${file.name}…`);
      const kept = await send(file);
      if (kept.error) { say(kept.error); continue; }
      line(kept.sha256, kept.name);
      say(`${file.name} 已上传，保存后生效。`);
      keep();
    }
  });
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
  rich.addEventListener("paste", (event) => {
    const data = event.clipboardData;
    const files = [...data.files].filter((one) => one.type.startsWith("image/"));
    const html = data.getData("text/html");
    event.preventDefault();
    if (html) insert(fragment(html));
    else if (files.length) pictures(files);
    else {
      const into = document.createDocumentFragment();
      const lines = data.getData("text/plain").split(/\r?\n/).filter((one) => one.trim());
      if (lines.length === 1) into.append(lines[0]);
      else lines.forEach((one) => { const p = document.createElement("p"); p.textContent = one.trim(); into.append(p); });
      insert(into);
    }
    keep();
  });
  rich.addEventListener("drop", (event) => {
    const files = [...event.dataTransfer.files];
    if (!files.length) return;
    event.preventDefault();
    pictures(files);
  });

  // Unsaved text goes to the server every few seconds, and only while that fails into this machine.
  const key = "tongfa:" + form.dataset.key;
  const ours = () => [...form.elements].filter((one) => one.name && !["file", "submit", "button"].includes(one.type) && !["tongfa_form", "base", "slot", "after"].includes(one.name));
  let timer = 0;
  let dirty = false;
  let sent = false;
  let busy = null; // what stops the keeping that is under way: it must not come after the save
  function keep() {
    dirty = true;
    area.value = written();
    count();
    clearTimeout(timer);
    timer = setTimeout(hold, 2000);
  }
  async function hold() {
    if (busy || sent) return;
    busy = new AbortController();
    const data = new FormData(form);
    for (const name of ["files", "pictures", "wechat_cover_file", "weibo_cover_file"]) data.delete(name);
    data.append("item", form.dataset.item);
    try {
      const answer = await fetch("/console/scratch", { method: "POST", body: data, signal: busy.signal });
      const kept = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
      if (answer.ok) {
        form.elements.after.value = kept.serial;
        dirty = false;
        localStorage.removeItem(key);
        say(`已自动暂存（${kept.at}），还没有保存。`);
      } else if (kept.error) say(kept.error);
      else store("登录已过期，");
    } catch { if (!sent) store("网络断开，"); }
    busy = null;
  }
  function store(why) {
    const pairs = ours().filter((one) => one.type !== "checkbox" || one.checked).map((one) => [one.name, one.value]);
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), base: form.dataset.base, pairs }));
      say(`${why}内容暂存在这台电脑上，还没有保存。`);
    } catch { say(`${why}暂存不了，请尽快保存。`); }
  }

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
      hashes.forEach(([, hash], place) => line(hash, names[place]?.[1] || ""));
      for (const [name, value] of found.pairs) {
        const field = form.elements[name];
        if (field && !(field instanceof RadioNodeList) && !name.startsWith("file_")) field.value = value;
      }
      rich.replaceChildren(fragment(area.value));
      restore.hidden = true;
      keep();
    });
    restore.querySelector("[data-restore-no]").addEventListener("click", () => { localStorage.removeItem(key); restore.hidden = true; });
  }
  rich.addEventListener("input", keep);
  form.addEventListener("input", keep);
  form.addEventListener("submit", () => { area.value = written(); sent = true; busy?.abort(); });
  addEventListener("pageshow", () => { sent = false; });
  addEventListener("beforeunload", (event) => { if (dirty && !sent) event.preventDefault(); });
  // Whatever was typed in the last seconds goes out when the window is left.
  document.addEventListener("visibilitychange", () => { if (document.hidden && dirty && !sent) hold(); });

  // A part that an import found wrongly goes with one click.
  document.querySelectorAll("[data-clear]").forEach((button) => button.addEventListener("click", () => {
    const field = form.elements[button.dataset.clear];
    field.value = "";
    field.focus();
    keep();
  }));

  // How long a title or summary is, beside what the tightest channel takes.
  function count() {
    form.querySelectorAll("[data-count]").forEach((field) => {
      let note = field.nextElementSibling;
      if (!note?.classList.contains("count")) {
        note = document.createElement("p");
        note.className = "count";
        field.after(note);
      }
      const length = [...field.value].length;
      note.textContent = `${length} 字（微信最多 ${field.dataset.count} 字）`;
      note.classList.toggle("over", length > Number(field.dataset.count));
    });
  }

  rich.append(fragment(area.value));
  if (!rich.firstChild) rich.append(Object.assign(document.createElement("p"), {}), "");
  document.execCommand("defaultParagraphSeparator", false, "p");
  area.hidden = true;
  area.before(bar, alt, rich, chooser);
  form.querySelector("#label-body").addEventListener("click", () => rich.focus());
  form.querySelectorAll("[data-plain]").forEach((one) => { one.hidden = true; });
  count();
})();
