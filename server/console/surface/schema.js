/* What a body may hold: what every channel can carry. The server has the last word (server/importing). */
import { Mark, Node } from "@tiptap/core";
import StarterKit from "@tiptap/starter-kit";
import { Table, TableCell, TableHeader, TableRow } from "@tiptap/extension-table";

const PICTURE = {
  src: { default: "" },
  alt: { default: "" },
  role: { default: null, renderHTML: ({ role }) => (role ? { role } : {}) },
};
const lookOf = (image) => ({
  src: image.getAttribute("src") || "",
  alt: image.getAttribute("alt") || "",
  role: image.getAttribute("role") === "presentation" ? "presentation" : null,
});

const InlinePicture = Node.create({
  name: "picture",
  group: "inline",
  inline: true,
  draggable: true,
  addAttributes: () => PICTURE,
  parseHTML: () => [{ tag: "img[src]", getAttrs: lookOf }],
  renderHTML: ({ HTMLAttributes }) => ["img", HTMLAttributes],
});

/* A picture between paragraphs; what stands under it is its content. */
const Figure = Node.create({
  name: "figure",
  group: "block",
  content: "text*",
  draggable: true,
  isolating: true,
  addAttributes: () => PICTURE,
  parseHTML: () => [{
    tag: "figure",
    getAttrs: (node) => { const image = node.querySelector("img[src]"); return image ? lookOf(image) : false; },
    contentElement: (node) => node.querySelector("figcaption") || document.createElement("figcaption"),
  }],
  renderHTML: ({ HTMLAttributes }) => ["figure", ["img", HTMLAttributes], ["figcaption", 0]],
  // Enter leaves the words under a picture.
  addKeyboardShortcuts() {
    return {
      Enter: ({ editor }) => {
        const { $from } = editor.state.selection;
        if ($from.parent.type.name !== "figure") return false;
        return editor.chain().insertContentAt($from.after(), { type: "paragraph" }).focus($from.after() + 1).run();
      },
    };
  },
});

const mark = (name, tag, other) => Mark.create({
  name, excludes: other, parseHTML: () => [{ tag }], renderHTML: () => [tag, 0],
});

export const SCHEMA = [
  StarterKit.configure({
    code: false,
    codeBlock: false,
    heading: { levels: [2, 3, 4] },
    link: {
      openOnClick: false, autolink: false, linkOnPaste: true, defaultProtocol: "https",
      HTMLAttributes: { target: null, rel: null, class: null },
    },
    dropcursor: { class: "dropping" },
  }),
  mark("sub", "sub", "sup"),
  mark("sup", "sup", "sub"),
  // Widths and styles belong to the channel that shows a table.
  Table.extend({ renderHTML: () => ["table", ["tbody", 0]] }).configure({ resizable: false, View: null }),
  TableRow, TableCell, TableHeader,
  Figure, InlinePicture,
];
