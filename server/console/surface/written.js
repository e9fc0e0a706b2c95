/* What stands on the surface, as HTML in the shape that the server keeps: no change where nobody changed anything. */
import { DOMSerializer } from "@tiptap/pm/model";

/** Give the HTML; "" when nothing is written. */
export function written(editor) {
  const page = document.implementation.createHTMLDocument("");
  const body = page.createElement("div");
  body.append(DOMSerializer.fromSchema(editor.schema).serializeFragment(editor.state.doc.content, { document: page }));
  body.querySelectorAll("img").forEach(refer);
  body.querySelectorAll("figure").forEach((one) => { if (!one.querySelector("img")) one.remove(); });
  body.querySelectorAll("figcaption").forEach((one) => { if (!one.textContent.trim()) one.remove(); });
  body.querySelectorAll("td, th").forEach((cell) => {
    for (const span of ["colspan", "rowspan"]) if (cell.getAttribute(span) === "1") cell.removeAttribute(span);
    unwrap(cell);
  });
  body.querySelectorAll("li").forEach(unwrap);
  body.querySelectorAll("table").forEach(headed);
  body.querySelectorAll("p").forEach((one) => { if (!one.textContent.trim() && !one.querySelector("img")) one.remove(); });
  return body.textContent.trim() || body.querySelector("img") ? body.innerHTML : "";
}

function refer(image) {
  const found = /^\/console\/media\/([0-9a-f]{64})$/.exec(image.getAttribute("src"));
  if (found) image.setAttribute("src", `media:${found[1]}`);
  else image.remove(); // still on its way to the server
}

/** A cell or a line of a list with one paragraph needs no tag for it. */
function unwrap(cell) {
  const paragraphs = [...cell.children].filter((one) => one.tagName === "P");
  if (paragraphs.length === 1 && cell.firstElementChild === paragraphs[0]) paragraphs[0].replaceWith(...paragraphs[0].childNodes);
}

function headed(table) {
  const page = table.ownerDocument;
  const rows = [...table.querySelectorAll("tr")];
  const count = rows.findIndex((row) => [...row.children].some((cell) => cell.tagName !== "TH"));
  if (count <= 0) return;
  const head = page.createElement("thead");
  head.append(...rows.slice(0, count));
  table.prepend(head);
}
