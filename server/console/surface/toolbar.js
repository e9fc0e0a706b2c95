/* The buttons over the text; those for tables show while the cursor is in one. Arrow keys go from one to the next. */
import { insertPictures } from "./pictures.js";

const act = (text, title, run, is) => ({ text, title, run, is });
const heading = (text, title, level) => act(text, title, (chain) => chain.toggleHeading({ level }), ["heading", { level }]);

const TEXT = [
  act("正文", "普通段落", (chain) => chain.setParagraph(), ["paragraph"]),
  heading("大标题", "大标题（一、）", 2), heading("中标题", "中标题（（一））", 3), heading("小标题", "小标题（1.）", 4),
  act("粗", "加粗（Ctrl+B）", (chain) => chain.toggleBold(), ["bold"]),
  act("斜", "斜体（Ctrl+I）", (chain) => chain.toggleItalic(), ["italic"]),
  act("下划线", "下划线（Ctrl+U）", (chain) => chain.toggleUnderline(), ["underline"]),
  act("• 列表", "项目列表", (chain) => chain.toggleBulletList(), ["bulletList"]),
  act("1. 编号", "编号列表", (chain) => chain.toggleOrderedList(), ["orderedList"]),
  act("引用", "引用", (chain) => chain.toggleBlockquote(), ["blockquote"]),
  act("表格", "插入三行三列的表格", (chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true })),
  act("清除格式", "清除格式", (chain) => chain.unsetAllMarks().clearNodes()),
  act("撤销", "撤销（Ctrl+Z）", (chain) => chain.undo()),
  act("重做", "重做（Ctrl+Y）", (chain) => chain.redo()),
];
const TABLE = [
  act("上加行", "在上方加一行", (chain) => chain.addRowBefore()),
  act("下加行", "在下方加一行", (chain) => chain.addRowAfter()),
  act("删除行", "删除这一行", (chain) => chain.deleteRow()),
  act("左加列", "在左边加一列", (chain) => chain.addColumnBefore()),
  act("右加列", "在右边加一列", (chain) => chain.addColumnAfter()),
  act("删除列", "删除这一列", (chain) => chain.deleteColumn()),
  act("合并", "合并选中的单元格", (chain) => chain.mergeCells()),
  act("拆分", "拆分合并的单元格", (chain) => chain.splitCell()),
  act("表头行", "第一行是不是表头", (chain) => chain.toggleHeaderRow()),
  act("删除表格", "删除整个表格", (chain) => chain.deleteTable()),
];

/** Give the two toolbars of an editor. */
export function toolbar(editor, told) {
  const chooser = Object.assign(document.createElement("input"), {
    type: "file", accept: "image/jpeg,image/png,image/gif,image/webp", multiple: true, hidden: true,
  });
  chooser.addEventListener("change", () => { insertPictures(editor, [...chooser.files], told); chooser.value = ""; });
  const bar = row("正文格式", editor, TEXT);
  const link = button("链接", "给选中的文字加链接（Ctrl+K）", () => editor.view.dom.dispatchEvent(new Event("link")));
  const picture = button("图片", "上传图片", () => chooser.click());
  bar.children[TEXT.findIndex((one) => one.text === "清除格式")].before(link, picture);
  bar.append(chooser);
  const tables = row("表格", editor, TABLE);
  const show = () => {
    tables.hidden = !editor.isActive("table");
    for (const [place, found] of [[bar, TEXT], [tables, TABLE]]) {
      const buttons = [...place.querySelectorAll("button")];
      for (const one of found) {
        const shown = buttons.find((candidate) => candidate.textContent === one.text);
        if (one.is) shown.setAttribute("aria-pressed", String(editor.isActive(...one.is)));
        else if (place === tables && !tables.hidden) shown.disabled = !one.run(editor.can().chain()).run();
      }
    }
  };
  editor.on("transaction", show);
  show();
  return { bar, tables };
}

function button(text, title, run) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, title });
  made.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
  made.addEventListener("click", run);
  return made;
}

function row(name, editor, acts) {
  const made = document.createElement("div");
  made.className = "bar";
  made.setAttribute("role", "toolbar");
  made.setAttribute("aria-label", name);
  made.append(...acts.map((one) => button(one.text, one.title, () => one.run(editor.chain().focus()).run())));
  // One stop of the Tab key for a whole toolbar, as screen readers expect it.
  const stop = (chosen) => made.querySelectorAll("button").forEach((one) => { one.tabIndex = one === chosen ? 0 : -1; });
  setTimeout(() => stop(made.querySelector("button")), 0);
  made.addEventListener("focusin", (event) => { if (event.target.tagName === "BUTTON") stop(event.target); });
  made.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") editor.commands.focus();
    if (!step) return;
    event.preventDefault();
    const all = [...made.querySelectorAll("button:not(:disabled)")];
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
  return made;
}
