// Reads feeds as three libraries of feed readers do; run with the folder of their packages as working folder.
// Arguments: files. Prints one JSON list: what each reader found in each file.
import { readFile } from "node:fs/promises";
import { parseFeed as rowan } from "@rowanmanning/feed-parser";
import { parseFeed as feedsmith } from "feedsmith";
import RssParser from "rss-parser";

const text = (value) => (value && typeof value === "object" ? value.value ?? "" : value ?? "");
const readers = {
  feedsmith: (body) => {
    const { format, feed } = feedsmith(body);
    return (feed.items ?? feed.entries).map((item) => ({
      id: text(item.guid) || item.id,
      title: text(item.title),
      link: format === "atom" ? item.links.find((link) => link.rel === "alternate").href : item.link ?? item.url,
      html: format === "rss" ? item.content.encoded : format === "atom" ? text(item.content) : item.content_html,
    }));
  },
  "rss-parser": async (body) => {
    const feed = await new RssParser().parseString(body);
    return feed.items.map((item) => ({
      id: item.guid ?? item.id, title: item.title, link: item.link, html: item["content:encoded"] ?? item.content,
    }));
  },
  rowanmanning: (body) => rowan(body).items.map((item) => ({
    id: item.id, title: item.title, link: item.url, html: item.content,
  })),
};

const found = [];
for (const file of process.argv.slice(2)) {
  const body = await readFile(file, "utf8");
  for (const [reader, read] of Object.entries(readers)) {
    if (file.endsWith(".json") && reader !== "feedsmith") continue; // the others read XML alone
    try {
      found.push({ file, reader, items: await read(body) });
    } catch (error) {
      found.push({ file, reader, error: String(error) });
    }
  }
}
console.log(JSON.stringify(found));
