/* What the checks found, marked in the text; what concerns the words under the cursor stands below it. */
import { Extension } from "@tiptap/core";
import { Plugin, PluginKey, TextSelection } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

const KEY = new PluginKey("findings");
// What a reader does not see is not counted: server/console/proofreading.py counts in the same way.
const UNSEEN = /[\s\p{Cf}\p{Cc}]/u;

/* Marks move with the text; what is written over takes its mark along. */
export const Findings = Extension.create({
  name: "findings",
  addProseMirrorPlugins: () => [new Plugin({
    key: KEY,
    state: {
      init: () => DecorationSet.empty,
      apply: (tr, marks) => {
        const given = tr.getMeta(KEY);
        return given ? DecorationSet.create(tr.doc, given) : marks.map(tr.mapping, tr.doc);
      },
    },
    props: { decorations: (state) => KEY.getState(state) },
  })],
});

/** Mark findings, each with `key`, `severity`, `reason`, and `begin` and `signs` in signs that are seen. */
export function mark(editor, findings) {
  const inside = findings.filter((one) => one.field === "body" && one.signs);
  const at = inside.length ? signsOf(editor.state.doc) : [];
  const given = inside.filter((one) => one.begin + one.signs <= at.length).map((one) => {
    const [last, width] = at[one.begin + one.signs - 1];
    return Decoration.inline(at[one.begin][0], last + width, { class: `mark-${one.severity}`, title: one.reason }, { finding: one });
  });
  editor.view.dispatch(editor.state.tr.setMeta(KEY, given).setMeta("addToHistory", false));
}

function signsOf(doc) {
  const at = [];
  doc.descendants((node, place) => {
    if (!node.isText) return;
    let offset = place;
    for (const sign of node.text) {
      if (!UNSEEN.test(sign)) at.push([offset, sign.length]);
      offset += sign.length;
    }
  });
  return at;
}

function marked(editor, key) {
  return KEY.getState(editor.state).find().find((one) => one.spec.finding.key === key);
}

/** Select the words of a finding; false when they are not on the surface. */
export function select(editor, key) {
  const found = marked(editor, key);
  if (!found) return false;
  editor.view.dispatch(editor.state.tr.setSelection(TextSelection.create(editor.state.doc, found.from, found.to)).scrollIntoView());
  editor.view.focus();
  return true;
}

/** Write a suggestion in place of what was found; false when it is not on the surface. */
export function mend(editor, key, words) {
  const found = marked(editor, key);
  if (!found) return false;
  editor.view.dispatch(editor.state.tr.insertText(words, found.from, found.to).scrollIntoView());
  editor.view.focus();
  return true;
}

/** Give the note below the text; `show(finding, place)` fills it for the words under the cursor. */
export function underCursor(editor, show) {
  const made = Object.assign(document.createElement("div"), { className: "under-cursor", hidden: true });
  made.setAttribute("role", "status");
  let shown = null;
  const look = () => {
    const { from, to } = editor.state.selection;
    const found = KEY.getState(editor.state).find(from, to)[0]?.spec.finding || null;
    if (found === shown) return;
    shown = found;
    made.hidden = !found;
    made.textContent = "";
    if (!found) return;
    show(found, made);
    // The words that it speaks of must not lie beneath it.
    requestAnimationFrame(() => {
      if (made.hidden) return;
      const hidden = editor.view.coordsAtPos(editor.state.selection.to).bottom + 16 - made.getBoundingClientRect().top;
      if (hidden > 0) scrollBy(0, hidden);
    });
  };
  editor.on("transaction", look);
  return made;
}
