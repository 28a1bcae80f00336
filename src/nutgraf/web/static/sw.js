// Keeps briefs on this device for reading without a network, for readers who asked for it (account page). While there is a
// network pages come from it. What is kept goes when the reader signs out.
const BRIEFS = "briefs";
const PAGES = "pages";
const FILES = "files";
const MAX_BRIEFS = 200;
const KEPT_PAGES = ["/", "/latest", "/saved", "/offline"];
const LIST = "/offline.json";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// A brief has one address for its number and one with its headline; kept under the first.
function placeOf(path) {
  const brief = /^\/brief\/(\d+)(?:-[^/]*)?$/.exec(path);
  if (brief) {
    return [BRIEFS, `/brief/${brief[1]}`];
  }
  return KEPT_PAGES.includes(path) || path === LIST ? [PAGES, path] : null;
}

async function keep(path, answer) {
  const place = placeOf(path);
  if (!place || !answer.ok || answer.redirected) {
    return;
  }
  const cache = await caches.open(place[0]);
  await cache.delete(place[1]); // so that it is the latest in the order of the cache
  await cache.put(place[1], answer);
  if (place[0] === BRIEFS) {
    const kept = await cache.keys();
    await Promise.all(kept.slice(0, -MAX_BRIEFS).map((oldest) => cache.delete(oldest)));
  }
}

async function forget() {
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
}

async function page(event, path) {
  let answer;
  try {
    answer = await fetch(event.request);
  } catch {
    const place = placeOf(path);
    const kept = place && (await caches.match(place[1]));
    return kept ?? (path === LIST ? null : await caches.match("/offline")) ?? Response.error();
  }
  event.waitUntil(path === "/login" ? forget() : keep(path, answer.clone()));
  return answer;
}

async function file(request) {
  const kept = await caches.match(request);
  if (kept) {
    return kept;
  }
  const answer = await fetch(request);
  if (answer.ok) {
    await (await caches.open(FILES)).put(request, answer.clone());
  }
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) {
    return;
  }
  if (pathname.startsWith("/static/")) {
    event.respondWith(file(event.request));
  } else if (event.request.mode === "navigate" || pathname === LIST) {
    event.respondWith(page(event, pathname));
  }
});

// One after the other, so that the server is not pressed; as prefetching, so that nothing counts as read.
async function keepLatest() {
  const answer = await fetch(LIST);
  if (!answer.ok || answer.redirected) {
    return 0;
  }
  const { files, briefs } = await answer.clone().json();
  await keep(LIST, answer);
  await caches.delete(FILES);
  await (await caches.open(FILES)).addAll(files);
  const cache = await caches.open(BRIEFS);
  for (const path of [...briefs.map((brief) => brief.path).reverse(), ...KEPT_PAGES]) {
    if (!(await cache.match(path))) {
      await keep(path, await fetch(path, { headers: { Purpose: "prefetch" } }));
    }
  }
  return (await cache.keys()).length;
}

self.addEventListener("message", (event) => {
  const told = keepLatest().catch(() => 0);
  event.waitUntil(told.then((count) => event.source.postMessage({ count })));
});
