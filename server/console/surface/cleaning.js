/* HTML from a file, a page, Word or WPS, without what no channel carries. Nothing in it is ever shown or run. */
const BLOCKS = new Set(["P", "H2", "H3", "H4", "UL", "OL", "LI", "TABLE", "THEAD", "TBODY", "TFOOT", "TR", "TD", "TH", "CAPTION", "BLOCKQUOTE", "FIGURE", "FIGCAPTION", "HR"]);
const KEPT = new Set([...BLOCKS, "STRONG", "B", "EM", "I", "U", "S", "SUB", "SUP", "A", "BR", "IMG"]);
const GONE = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "EMBED", "SVG", "MATH", "TITLE", "META", "LINK", "HEAD", "XML", "NOSCRIPT", "SELECT", "TEXTAREA", "BUTTON", "INPUT", "VIDEO", "AUDIO", "CANVAS"]);
const RENAMED = { H1: "H2", H5: "H4", H6: "H4", DEL: "S", STRIKE: "S", INS: "U", DIV: "P", CENTER: "P" };
const TAG = /<[a-zA-Z](?:"[^"]*"|'[^']*'|[^'">])*>/g;
const STYLE = /(\s)style(\s*=)/gi;
const HANDLER = /([\s/"'])on(\w+\s*=)/gi;
const BULLET = /^[·•●○■□◆◇▪▫➢➤✓√oØ§ünlu\u2013\u2014\uf0b7\uf0a7\uf0d8\uf06c\uf06e\uf075-]$/;
const WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\u201c\u201d\u2018\u2019\u2014\u2026";
// Word breaks its lines anywhere; between Chinese characters such a break is no space.
const BREAK = new RegExp(`([${WIDE}])[ \\t]*\\r?\\n[ \\t]*(?=[${WIDE}])`, "g");

/** Give what may stay of `html` as an element without a window, and how many pictures were lost. */
export function cleaned(html) {
  // Styles and handlers are never parsed: that alone makes the browser complain about our policy.
  const bare = html.replace(/<!--[\s\S]*?-->/g, "").replace(/<style[\s\S]*?<\/style\s*>/gi, "")
    .replace(TAG, (tag) => tag.replace(STYLE, "$1data-look$2").replace(HANDLER, "$1data-$2"));
  const parsed = new window.DOMParser().parseFromString(bare, "text/html");
  const body = parsed.createElement("div");
  const work = { page: parsed, isWord: /\bMso|urn:schemas-microsoft-com|mso-/.test(html), lost: 0 };
  keep(parsed.body, body, work);
  body.querySelectorAll("figure").forEach(onePicture);
  body.querySelectorAll("caption").forEach((one) => { const p = parsed.createElement("p"); p.append(...one.childNodes); one.closest("table").before(p); one.remove(); });
  return { body, lost: work.lost };
}

function keep(from, into, work) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) into.append(node.data.replace(BREAK, "$1").replace(/\u00a0/g, " "));
    else if (node.nodeType === Node.ELEMENT_NODE) keepElement(node, into, work);
  }
}

function keepElement(node, into, work) {
  const tag = node.tagName.toUpperCase();
  const look = node.getAttribute("data-look") || "";
  if (GONE.has(tag) || /display\s*:\s*none|mso-hide\s*:\s*all|mso-element\s*:\s*(comment|footnote-list)/i.test(look)) return;
  // What was struck out in a tracked change is not in the accepted text.
  if (work.isWord && (tag === "DEL" || /MsoCommentReference/.test(node.className))) return;
  if (work.isWord && tag === "INS") { keep(node, into, work); return; }
  if (tag === "IMG") { const image = picture(node, work); if (image) into.append(image); return; }
  const name = level(node, tag, look);
  if (name === "P" && tag !== "P" && [...node.children].some((one) => BLOCKS.has(RENAMED[one.tagName] || one.tagName))) { keep(node, into, work); return; }
  if (/(^|;)\s*mso-list\s*:(?!\s*ignore)/i.test(look) && name === "P") { listed(node, into, work); return; }
  // An office's web pages say "bold" with a style, and Google says "not bold" with a tag.
  const isPlainBold = (tag === "B" || tag === "STRONG") && /font-weight\s*:\s*(normal|400)/i.test(look);
  if (!KEPT.has(name) || isPlainBold) { keep(node, marked(into, look, tag, work), work); return; }
  const kept = work.page.createElement(name);
  copyAttributes(node, kept, name);
  keep(node, kept, work);
  if (name === "P") outdent(kept);
  if (name === "P" && !kept.textContent.trim()) {
    const images = [...kept.querySelectorAll("img")];
    for (const image of images) { const figure = work.page.createElement("figure"); figure.append(image); into.append(figure); }
    if (!images.length && (into.tagName === "TD" || into.tagName === "TH")) into.append(kept);
    return;
  }
  into.append(kept);
}

/** Give the tag that a node stands for: Word keeps the level of a heading in its style. */
function level(node, tag, look) {
  if (tag === "P" || tag === "DIV") {
    const found = /mso-outline-level\s*:\s*([1-9])/i.exec(look);
    if (/\bMsoTitle\b/.test(node.className)) return "H2";
    if (found) return found[1] === "1" ? "H2" : found[1] === "2" ? "H3" : "H4";
  }
  return RENAMED[tag] || tag;
}

/** Give the place where a node without a tag of ours puts its content: inside what its style means. */
function marked(into, look, tag, work) {
  if (tag !== "SPAN" && tag !== "FONT") return into;
  const meant = [
    [/font-weight\s*:\s*(bold|[6-9]00)/i, "strong"], [/font-style\s*:\s*italic/i, "em"],
    [/text-decoration[^;]*underline/i, "u"], [/text-decoration[^;]*line-through/i, "s"],
    [/vertical-align\s*:\s*super/i, "sup"], [/vertical-align\s*:\s*sub(?!s)/i, "sub"],
  ].filter(([style]) => style.test(look));
  let place = into;
  for (const [, name] of meant) { const made = work.page.createElement(name); place.append(made); place = made; }
  return place;
}

/** Keep a paragraph of one of Word's lists: dots become a list, numbers stay as they were written. */
function listed(node, into, work) {
  const sign = [...node.querySelectorAll("span")].find((one) => /mso-list\s*:\s*ignore/i.test(one.getAttribute("data-look") || ""));
  const words = (sign?.textContent || "").replace(/[\s\u00a0]+/g, "");
  sign?.remove();
  const made = work.page.createElement(BULLET.test(words) ? "li" : "p");
  keep(node, made, work);
  outdent(made);
  if (made.tagName === "P") { if (words) made.prepend(words + (/[.\d)]$/.test(words) ? " " : "")); into.append(made); return; }
  let list = into.lastElementChild;
  if (list?.tagName !== "UL" || list.nextSibling?.textContent?.trim()) { list = work.page.createElement("ul"); into.append(list); }
  list.append(made);
}

function copyAttributes(node, kept, name) {
  if (name === "A") {
    const href = node.getAttribute("href") || "";
    if (/^(https?:|mailto:|tel:)/i.test(href)) kept.setAttribute("href", href);
  }
  if (name === "OL" && /^\d{1,4}$/.test(node.getAttribute("start") || "")) kept.setAttribute("start", node.getAttribute("start"));
  for (const span of ["colspan", "rowspan"]) {
    const value = node.getAttribute(span);
    if ((name === "TD" || name === "TH") && /^[1-9]\d?$/.test(value || "")) kept.setAttribute(span, value);
  }
}

/** Take the blanks away with which a first line is moved in by hand: each channel does that its own way. */
function outdent(block) {
  for (let first = block.firstChild; first; first = first.firstChild) {
    if (first.nodeType !== Node.TEXT_NODE) continue;
    first.data = first.data.replace(/^[\s\u3000]+/, "");
    return;
  }
}

function picture(node, work) {
  const src = node.getAttribute("src") || "";
  const found = /^media:([0-9a-f]{64})$/.exec(src) || /\/console\/media\/([0-9a-f]{64})$/.exec(src);
  const isEmbedded = /^data:image\/(png|jpeg|gif|webp);base64,/i.test(src);
  if (!found && !isEmbedded) { work.lost += 1; return null; }
  const image = work.page.createElement("img");
  image.setAttribute("src", found ? `/console/media/${found[1]}` : src);
  image.setAttribute("alt", node.getAttribute("alt") || "");
  if (node.getAttribute("role") === "presentation") image.setAttribute("role", "presentation");
  return image;
}

/** Leave one picture in a figure, and none without: what else stands in it goes behind or out. */
function onePicture(figure) {
  const images = [...figure.querySelectorAll("img")];
  if (!images.length) { figure.replaceWith(...figure.childNodes); return; }
  const others = [...figure.childNodes].filter((one) => one.tagName !== "IMG" && one.tagName !== "FIGCAPTION" && one.textContent.trim());
  for (const image of images.slice(1)) {
    const own = figure.ownerDocument.createElement("figure");
    own.append(image);
    figure.after(own);
  }
  if (others.length && !figure.querySelector("figcaption")) {
    const words = figure.ownerDocument.createElement("figcaption");
    words.append(others.map((one) => one.textContent).join(" "));
    figure.append(words);
  }
}
