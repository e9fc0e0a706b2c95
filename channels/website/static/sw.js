// Offline reading. Pages come from the network first; what was withdrawn leaves the cache.
"use strict";
const version = "VERSION", shell = "SHELL", base = "BASE";
const SHELL_CACHE = "shell-" + version, PAGES = "pages", STATE = "state";
const MOST = 120;
const TOKEN = base + "/changes-token";
const within = (url, folder) => url.pathname.startsWith(base + folder);

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll(shell)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== SHELL_CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (within(url, "/api/") || within(url, "/console")) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (within(url, "/static/") || within(url, "/m/")) event.respondWith(file(event));
});

async function page(event) {
  const cache = await caches.open(PAGES);
  try {
    const answer = await fetch(event.request);
    if (answer.ok && answer.type === "basic" && !answer.redirected) {
      event.waitUntil(cache.put(event.request, answer.clone()).then(() => trim(cache)).then(() => forget(cache)));
    } else if (answer.status === 404 || answer.status === 410) {
      event.waitUntil(cache.delete(event.request));
    }
    return answer;
  } catch {
    return (await cache.match(event.request)) || (await caches.match(shell[0])) || Response.error();
  }
}

async function file(event) {
  const found = await caches.match(event.request);
  if (found) return found;
  const answer = await fetch(event.request);
  if (answer.ok && answer.status === 200) {
    const kept = answer.clone();
    event.waitUntil(caches.open(PAGES).then(async (cache) => { await cache.put(event.request, kept); await trim(cache); }));
  }
  return answer;
}

async function trim(cache) {
  const keys = await cache.keys();
  for (const key of keys.slice(0, Math.max(0, keys.length - MOST))) await cache.delete(key);
}

// Ask what has changed since the last time, and drop the pages of what was taken back.
async function forget(cache) {
  const state = await caches.open(STATE);
  const kept = await state.match(TOKEN);
  const since = kept ? await kept.text() : "";
  let answer;
  try { answer = await fetch(base + "/api/v1/public/changes?limit=200" + (since ? "&since=" + encodeURIComponent(since) : "")); } catch { return; }
  if (answer.status === 410) { await state.delete(TOKEN); await caches.delete(PAGES); return; }
  if (!answer.ok) return;
  const told = await answer.json();
  for (const gone of told.deleted) {
    const page = await cache.match(gone.url);
    if (page) {
      const pictures = [...(await page.text()).matchAll(/(?:src|href|srcset)="([^"]+)"/g)].flatMap((found) => found[1].split(",").map((one) => one.trim().split(" ")[0]));
      for (const address of pictures) if (address.startsWith(base + "/m/")) await cache.delete(address);
    }
    await cache.delete(gone.url);
  }
  await state.put(TOKEN, new Response(told.next_token));
}
