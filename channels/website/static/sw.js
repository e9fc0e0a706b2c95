// Offline reading. Pages come from the network first; what was withdrawn leaves the cache.
"use strict";
const ICON = "ICON_PATH";
const version = "VERSION", shell = "SHELL", base = "BASE";
const SHELL_CACHE = "shell-" + version, PAGES = "pages", STATE = "state";
const MOST = 120, CLOSE = 2000;
const TOKEN = base + "/changes-token";
const within = (url, folder) => url.pathname.startsWith(base + folder);

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll(shell)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== SHELL_CACHE) await retire(name);
    await self.clients.claim();
  })());
});

// A former style goes on with the pages that were kept in it; like them it leaves when there are too many.
async function retire(name) {
  const former = await caches.open(name), pages = await caches.open(PAGES);
  for (const key of await former.keys()) {
    const kept = await former.match(key);
    if (kept && within(new URL(key.url), "/static/")) await pages.put(key, kept);
  }
  await caches.delete(name);
}

self.addEventListener("fetch", (event) => {
  const request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (within(url, "/api/") || within(url, "/console")) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (within(url, "/static/") || (within(url, "/m/") && request.destination === "image")) event.respondWith(file(event));
});

async function page(event) {
  const cache = await caches.open(PAGES);
  try {
    const answer = await fetch(event.request);
    if (answer.status === 200 && answer.type === "basic" && !answer.redirected && isPage(answer)) {
      event.waitUntil(cache.put(event.request, answer.clone()).then(() => trim(cache)).then(() => forget(cache)));
    } else if (answer.status === 404 || answer.status === 410) {
      event.waitUntil(drop(cache, new URL(event.request.url).pathname, Infinity));
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
  if (answer.status === 200) {
    const kept = answer.clone();
    event.waitUntil(caches.open(PAGES).then(async (cache) => { await cache.put(event.request, kept); await trim(cache); }));
  }
  return answer;
}

function isPage(answer) {
  return (answer.headers.get("content-type") || "").startsWith("text/html");
}

async function trim(cache) {
  const keys = await cache.keys();
  for (const key of keys.slice(0, Math.max(0, keys.length - MOST))) await cache.delete(key);
}

// Ask what was taken back or changed since the last time, past every cache on the way; what came before the first
// time was never kept here. A former version may say what was wrong, or name people whose time is over.
async function forget(cache) {
  const state = await caches.open(STATE), kept = await state.match(TOKEN);
  let since = kept ? await kept.text() : "now";
  for (let turn = 0; turn < 20; turn += 1) {
    let answer;
    try { answer = await fetch(base + "/api/v1/public/changes?only=pages&limit=200&since=" + encodeURIComponent(since), { cache: "no-cache" }); } catch { return; }
    if (answer.status === 400 || answer.status === 410) { await state.delete(TOKEN); await caches.delete(PAGES); return; }
    if (!answer.ok) return;
    const told = await answer.json();
    for (const gone of told.deleted) await drop(cache, new URL(gone.url).pathname, Infinity);
    for (const other of told.changed) await drop(cache, new URL(other.url).pathname, Date.parse(other.changed_at));
    since = told.next_token;
    await state.put(TOKEN, new Response(since));
    if (!told.has_more) return;
  }
}

// Take a page out with its pictures, and every page that still tells of it: lists, searches, its neighbours. What
// came after the moment knows of the change. HTTP's dates count seconds, and a server in front may give the former
// page for another one: what came so close to the moment is asked for again.
async function drop(cache, path, moment) {
  for (const key of await cache.keys()) {
    const kept = await cache.match(key);
    if (!kept || !isPage(kept)) continue;
    const came = Date.parse(kept.headers.get("date"));
    if (came > moment + CLOSE) continue;
    const text = await kept.text();
    const own = new URL(key.url).pathname === path;
    if (!own && !text.includes('href="' + path + '"') && !text.includes(self.location.origin + path + '"')) continue;
    const stays = came + CLOSE > moment && await renew(cache, key) ? pictures(await (await cache.match(key)).text()) : null;
    if (!stays) await cache.delete(key);
    if (own) for (const address of pictures(text)) if (!stays || !stays.includes(address)) await cache.delete(address);
  }
}

async function renew(cache, key) {
  try {
    const answer = await fetch(key.url, { cache: "no-cache" });
    if (answer.status !== 200 || answer.redirected || !isPage(answer)) return false;
    await cache.put(key, answer);
    return true;
  } catch { return false; }
}

function pictures(text) {
  const found = [...text.matchAll(/(?:src|srcset)="([^"]+)"/g)].flatMap((one) => one[1].split(","));
  return found.map((one) => one.trim().split(" ")[0]).filter((address) => address.startsWith(base + "/m/"));
}

// A message of ours: title, words, page. Nothing is fetched for it.
self.addEventListener("push", (event) => {
  let told = null;
  try { told = event.data && event.data.json(); } catch { told = null; }
  if (!told || !told.title) return;
  event.waitUntil(self.registration.showNotification(told.title, {
    body: told.body, tag: told.tag, lang: told.lang, data: { url: told.url }, icon: ICON,
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url, self.location.href);
  if (url.origin === self.location.origin) event.waitUntil(self.clients.openWindow(url.href));
});
