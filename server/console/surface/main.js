/* The surface on which a body is written. `editor.js` opens it in place of the text field, and keeps what it gives. */
import "./old.js"; // first
import { Editor } from "@tiptap/core";
import { DOMParser } from "@tiptap/pm/model";
import { NodeSelection } from "@tiptap/pm/state";
import { cleaned } from "./cleaning.js";
import { Findings, mark, mend, select, underCursor } from "./findings.js";
import { panels } from "./panels.js";
import { insertPictures, keepEmbedded } from "./pictures.js";
import { SCHEMA } from "./schema.js";
import { toolbar } from "./toolbar.js";
import { written } from "./written.js";

const MENTIONS_DOCUMENT = /\.(docx|html?|md)$/i;

/**
 * Open the surface before `area`. `told` has `upload(file)`, which gives {sha256, is_picture} or {error};
 * `say(sentence)`; `changed()`; `documents(files)` for what is dropped here and is no picture; and
 * `show(finding, place)`, which says in a place what was found in the words under the cursor.
 * Gives `write()` (HTML as the server takes it), `read(html)`, `focus()`, `selected()`, `append(html)`, `prepend(text)`; for findings `mark`, `select`, `mend`.
 */
function open(area, told) {
  let untouched = area.value;
  const before = (html) => {
    const { body, lost } = cleaned(html);
    if (lost) told.say(`有 ${lost} 张图片没有带过来，请另外上传。`);
    return body;
  };
  const editor = new Editor({
    extensions: [...SCHEMA, Findings],
    injectCSS: false,
    editorProps: {
      attributes: {
        class: "rich", id: "rich-body", role: "textbox", "aria-multiline": "true",
        "aria-labelledby": "label-body", "aria-describedby": "hint-body",
      },
      transformPastedHTML: (html) => before(html).innerHTML,
      handlePaste: (view, event) => {
        const files = [...event.clipboardData.files].filter((one) => one.type.startsWith("image/"));
        const { body } = cleaned(event.clipboardData.getData("text/html"));
        if (!files.length || body.textContent.trim()) {
          setTimeout(() => keepEmbedded(editor, told), 0);
          return false;
        }
        insertPictures(editor, files, told);
        return true;
      },
      handleDrop: (view, event) => {
        const files = [...(event.dataTransfer?.files || [])];
        if (!files.length) return false;
        const place = view.posAtCoords({ left: event.clientX, top: event.clientY });
        if (place) editor.commands.setTextSelection(place.pos);
        const images = files.filter((one) => one.type.startsWith("image/"));
        const others = files.filter((one) => !images.includes(one));
        if (images.length) insertPictures(editor, images, told);
        if (others.length) told.documents(others);
        event.preventDefault();
        return true;
      },
      handleClickOn: (view, pos, node, place, event, direct) => {
        if (!direct || event.target.tagName !== "IMG") return false;
        view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, place)));
        return true;
      },
    },
    onUpdate: () => told.changed(),
  });
  let first = editor.state.doc;
  function read(html) {
    const parsed = DOMParser.fromSchema(editor.schema).parse(before(html || "<p></p>"));
    editor.commands.setContent(parsed.toJSON(), { emitUpdate: false });
    untouched = html;
    first = editor.state.doc;
  }
  const host = document.createElement("div");
  host.className = "surface";
  const { bar, tables } = toolbar(editor, told);
  host.append(bar, tables, panels(editor));
  area.before(host);
  editor.mount(host);
  host.append(underCursor(editor, told.show)); // below, so that no line moves when it comes
  read(area.value.includes("<") ? area.value : plain(area.value));
  return {
    read,
    focus: () => editor.commands.focus(),
    // Who only looks at a text must not change a letter of it.
    write: () => (editor.state.doc.eq(first) ? untouched : written(editor)),
    selected: () => editor.state.doc.textBetween(editor.state.selection.from, editor.state.selection.to, " ").trim(),
    prepend: (text) => editor.chain().focus("start").insertContentAt(0, { type: "paragraph", content: [{ type: "text", text }] }).run(),
    append: (html) => editor.chain().focus("end").insertContent(before(html).innerHTML).run(),
    isEmpty: () => !written(editor),
    mark: (findings) => mark(editor, findings),
    select: (key) => select(editor, key),
    mend: (key, words) => mend(editor, key, words),
  };
}

function plain(text) {
  const into = document.createElement("div");
  for (const line of text.split("\n").filter((one) => one.trim())) into.append(Object.assign(document.createElement("p"), { textContent: line.trim() }));
  return into.innerHTML;
}

window.tongfaSurface = { open, isDocument: (name) => MENTIONS_DOCUMENT.test(name) };
