/* Pictures go to the server as they come in; the text refers to them. */

/** Upload pictures and put each where the cursor is. */
export async function insertPictures(editor, files, told) {
  for (const file of files) {
    told.say(`正在上传 ${file.name}…`);
    const kept = await told.upload(file);
    if (kept.error) { told.say(kept.error); continue; }
    if (!kept.is_picture) { told.say(`${file.name} 不是图片，请作为附件添加。`); continue; }
    const { $to } = editor.state.selection;
    const place = $to.depth ? $to.after(1) : $to.pos;
    editor.chain().insertContentAt(place, { type: "figure", attrs: { src: `/console/media/${kept.sha256}` } })
      .setNodeSelection(place).run();
    told.say("图片已上传，请写图片说明，或注明是装饰图片。");
    document.querySelector("#picture-words")?.focus();
  }
}

/** Upload the pictures that a paste brought in itself, and let the text refer to them. */
export async function keepEmbedded(editor, told) {
  for (;;) {
    const found = embedded(editor);
    if (!found) return;
    told.say("正在上传粘贴的图片…");
    const kept = await told.upload(fileOf(found.src));
    if (kept.error) told.say(kept.error);
    // The text may have moved meanwhile: every picture of the same bytes is looked for again.
    editor.commands.command(({ tr }) => {
      const places = [];
      tr.doc.descendants((node, place) => { if (node.attrs.src === found.src) places.push(place); });
      for (const place of places.reverse()) {
        if (kept.sha256) tr.setNodeAttribute(place, "src", `/console/media/${kept.sha256}`);
        else tr.delete(place, place + tr.doc.nodeAt(place).nodeSize);
      }
      return true;
    });
    if (!kept.error) told.say("粘贴的图片已上传，请补图片说明。");
  }
}

function embedded(editor) {
  let found = null;
  editor.state.doc.descendants((node) => { if (!found && node.attrs.src?.startsWith("data:")) found = { src: node.attrs.src }; });
  return found;
}

function fileOf(address) {
  const [head, words] = address.split(",", 2);
  const kind = /^data:image\/(\w+)/i.exec(head)[1].toLowerCase();
  const bytes = Uint8Array.from(atob(words), (one) => one.charCodeAt(0));
  return new File([bytes], `picture.${kind}`, { type: `image/${kind}` });
}
