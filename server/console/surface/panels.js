/* The words for the picture that is chosen, and the address of a link. */

/** Give the panels of an editor in one element. */
export function panels(editor) {
  const both = document.createElement("div");
  both.append(pictureWords(editor), linkAddress(editor));
  return both;
}

function field(id, words, type) {
  const label = Object.assign(document.createElement("label"), { htmlFor: id, textContent: words });
  const input = Object.assign(document.createElement("input"), { id, type });
  // It belongs to the text, not to the form around it.
  input.addEventListener("input", (event) => event.stopPropagation());
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  return { label, input };
}

function press(words, run) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
  made.addEventListener("click", run);
  return made;
}

function panel(...parts) {
  const made = Object.assign(document.createElement("div"), { className: "alt", hidden: true });
  made.append(...parts);
  return made;
}

function pictureWords(editor) {
  const words = field("picture-words", "图片说明（给看不到图片的读者）", "text");
  const mere = field("picture-mere", "装饰图片，不用说明", "checkbox");
  mere.label.className = "tick";
  mere.label.prepend(mere.input);
  const made = panel(words.label, words.input, mere.label, press("删除图片", () => {
    const found = chosen(editor);
    if (found) editor.chain().focus().deleteRange({ from: found.place, to: found.place + found.node.nodeSize }).run();
  }));
  const write = () => {
    const found = chosen(editor);
    if (!found) return;
    editor.commands.command(({ tr }) => {
      tr.setNodeAttribute(found.place, "alt", mere.input.checked ? "" : words.input.value);
      tr.setNodeAttribute(found.place, "role", mere.input.checked ? "presentation" : null);
      return true;
    });
  };
  words.input.addEventListener("input", () => { mere.input.checked = false; write(); });
  mere.input.addEventListener("change", () => { if (mere.input.checked) words.input.value = ""; write(); });
  editor.on("transaction", () => {
    const found = chosen(editor);
    made.hidden = !found;
    if (!found) return;
    if (document.activeElement !== words.input) words.input.value = found.node.attrs.alt;
    mere.input.checked = found.node.attrs.role === "presentation";
  });
  return made;
}

/** Give the picture that is selected, or under which the cursor stands. */
function chosen(editor) {
  const { selection } = editor.state;
  const { node, $from } = selection;
  if (node && (node.type.name === "figure" || node.type.name === "picture")) return { node, place: selection.from };
  return $from.parent.type.name === "figure" ? { node: $from.parent, place: $from.before() } : null;
}

function linkAddress(editor) {
  const address = field("link-address", "网址（以 http:// 或 https:// 开头）", "url");
  const error = Object.assign(document.createElement("span"), { className: "error", id: "link-wrong", role: "alert" });
  const close = () => { made.hidden = true; error.textContent = ""; editor.commands.focus(); };
  const put = () => {
    const href = address.input.value.trim();
    if (!/^(https?:\/\/[^\s/]+|mailto:\S|tel:\S)/i.test(href)) { error.textContent = "网址要以 http:// 或 https:// 开头"; return; }
    const chain = editor.chain().focus().extendMarkRange("link");
    if (editor.state.selection.empty && !editor.isActive("link")) chain.insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] }).run();
    else chain.setLink({ href }).run();
    close();
  };
  const made = panel(
    address.label, address.input, press("确定", put),
    press("去掉链接", () => { editor.chain().focus().extendMarkRange("link").unsetLink().run(); close(); }),
    press("取消", close), error,
  );
  address.input.setAttribute("aria-describedby", "link-wrong");
  address.input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") put();
    if (event.key === "Escape") close();
  });
  const open = () => {
    address.input.value = editor.getAttributes("link").href || "";
    made.hidden = false;
    address.input.focus();
  };
  editor.on("mount", () => {
    editor.view.dom.addEventListener("link", open);
    editor.view.dom.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "k") { event.preventDefault(); open(); }
    });
  });
  return made;
}
