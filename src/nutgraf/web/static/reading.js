// Keys, marks without leaving the page, reading aloud and copying. Everything here is also there without this file.
const body = document.body;
const said = document.getElementById("said");
const help = document.getElementById("keys");

function say(words) {
  said.textContent = words;
}

// What j and k walk: briefs of a list, else the sentences of a brief or of its evidence.
const STEPS = [".card--folded, [data-brief].card, [data-brief].hit", "details.sentence, .pair:has(a.pair__number)"];

function steps() {
  for (const selector of STEPS) {
    const found = [...document.querySelectorAll(`main :is(${selector})`)].filter(
      (step) => !step.parentElement.closest(".card--folded") && step.checkVisibility(),
    );
    if (found.length > 0) {
      return found;
    }
  }
  return [];
}

const handleOf = (step) => step.querySelector("summary, .card__headline a, .hit__headline a, a.pair__number");

function walk(by) {
  const all = steps();
  const at = all.findIndex((step) => step.contains(document.activeElement));
  const inView = all.findIndex((step) => handleOf(step).getBoundingClientRect().top >= 0);
  const next = at >= 0 ? at + by : Math.max(inView, 0);
  if (all[next]) {
    handleOf(all[next]).focus();
    handleOf(all[next]).scrollIntoView({ block: "nearest" });
  } else if (all.length > 0) {
    say(by > 0 ? "That was the last one." : "That is the first one.");
  }
}

function here() {
  return document.activeElement.closest("[data-brief]") ?? document.querySelector(":is(.brief, .pairs)[data-brief]");
}

// The word on a mark's button, the mark it turns into once it is set, and what is said then.
const MARKS = {
  save: ["Save", "unsave", "Saved."],
  unsave: ["Saved", "save", "No longer saved."],
  hide: ["Hide", "unhide", "Hidden from your lists."],
  unhide: ["Show again", "hide", "Shown in your lists again."],
  unread: ["Keep as new", "read", "Kept as new."],
  read: ["Mark as read", "unread", "Marked as read."],
};
const MARK_ADDRESS = /^\/brief\/(\d+)\/([a-z]+)/;

async function send(brief, name) {
  const address = `/brief/${brief}/${name}${body.dataset.form}`;
  return (await fetch(address, { method: "POST", headers: { Accept: "application/json" } })).status;
}

async function mark(brief, name) {
  let status = 0;
  try {
    status = await send(brief, name);
  } catch {
    wait(brief, name);
  }
  if (status >= 400) {
    say("That did not work. Load the page again and retry.");
    return;
  }
  showMark(brief, name);
  say(status ? MARKS[name][2] : `${MARKS[name][2]} It will be sent when there is a network.`);
}

function showMark(brief, name) {
  const next = MARKS[name][1];
  for (const form of document.querySelectorAll("form.mark")) {
    const [, formBrief, formMark] = MARK_ADDRESS.exec(form.getAttribute("action")) ?? [];
    if (formBrief !== brief || formMark !== name) {
      continue;
    }
    form.setAttribute("action", `/brief/${brief}/${next}${body.dataset.form}`);
    const button = form.querySelector("button");
    button.firstChild.data = MARKS[next][0];
    if (name === "save" || name === "unsave") {
      button.setAttribute("aria-pressed", String(name === "save"));
      button.classList.toggle("mark__button--on", name === "save");
    }
  }
  for (const card of document.querySelectorAll(`[data-brief="${brief}"]`)) {
    if (name === "read" || name === "unread") {
      card.toggleAttribute("data-read", name === "read");
    }
    if (name === "save" || name === "unsave") {
      card.toggleAttribute("data-saved", name === "save");
    }
  }
}

document.addEventListener("submit", (event) => {
  const [, brief, name] = MARK_ADDRESS.exec(event.target.getAttribute("action") ?? "") ?? [];
  if (name in MARKS) {
    event.preventDefault();
    mark(brief, name);
  }
});

function markHere(on, off, isOn) {
  const brief = here();
  if (brief) {
    mark(brief.dataset.brief, isOn(brief) ? off : on);
  } else {
    say("Choose a brief first: j goes to the next one.");
  }
}

const KEYS = {
  j: () => walk(1),
  k: () => walk(-1),
  o: () => (document.activeElement.closest("summary, main a") ?? body).click(),
  v: () => {
    const original = here()?.dataset.original;
    if (original) {
      window.open(original, "_blank", "noopener,noreferrer");
    }
  },
  s: () => markHere("save", "unsave", (brief) => brief.hasAttribute("data-saved")),
  m: () => markHere("read", "unread", (brief) => brief.hasAttribute("data-read")),
  "/": () => {
    const field = document.getElementById("q");
    field ? field.focus() : location.assign("/search#q");
  },
  "?": () => (help ? help.showModal() : location.assign("/help")),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (isTyping || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || help?.open || !("keys" in body.dataset)) {
    return;
  }
  if (Object.hasOwn(KEYS, event.key)) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

if (location.hash === "#q") {
  document.getElementById("q")?.focus();
}

// Buttons that only a script can serve stay out of sight without one.
function offer(name, isPossible, act) {
  for (const button of document.querySelectorAll(`[data-do="${name}"]`)) {
    button.hidden = !isPossible;
    button.addEventListener("click", () => act(button));
  }
}

function readAloud(button) {
  const speech = window.speechSynthesis;
  const isReading = button.ariaPressed === "true";
  const stop = () => {
    button.ariaPressed = "false";
    button.textContent = "Read aloud";
  };
  speech.cancel();
  if (isReading) {
    stop();
    return;
  }
  button.ariaPressed = "true";
  button.textContent = "Stop reading";
  const brief = document.querySelector("article.brief");
  const parts = brief.querySelectorAll("h1, .sentence__text, summary h3");
  parts.forEach((part, number) => {
    const words = new SpeechSynthesisUtterance(part.textContent);
    words.lang = brief.lang;
    words.onerror = stop;
    if (number === parts.length - 1) {
      words.onend = stop;
    }
    speech.speak(words);
  });
}

async function copyMarkdown(button) {
  try {
    const answer = await fetch(button.dataset.from);
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    await navigator.clipboard.writeText(await answer.text());
    say("Copied as Markdown, with its source.");
  } catch {
    say("That could not be copied.");
  }
}

offer("speak", "speechSynthesis" in window, readAloud);
offer("copy", window.isSecureContext && "clipboard" in navigator, copyMarkdown);
window.addEventListener("pagehide", () => window.speechSynthesis?.cancel());

// Marks made without a network wait here and are sent from a page that has one.
const WAITING = "nutgraf.marks";
const waiting = () => JSON.parse(localStorage.getItem(WAITING) ?? "[]");

function wait(brief, name) {
  localStorage.setItem(WAITING, JSON.stringify([...waiting(), [brief, name]].slice(-500)));
}

async function sendWaiting() {
  while (waiting().length > 0) {
    const [[brief, name], ...rest] = waiting();
    const status = await send(brief, name).catch(() => 0);
    if (status === 0 || status === 401 || status === 403 || status >= 500) {
      return; // later, or with a newer page's token
    }
    localStorage.setItem(WAITING, JSON.stringify(rest));
  }
}

window.addEventListener("online", sendWaiting);
sendWaiting();

// Briefs kept on this device (sw.js), switched on and off on the account page.
const workers = navigator.serviceWorker;
const KEPT_AT = "nutgraf.keptAt";
const HOUR_MS = 3_600_000;
const policy = window.trustedTypes?.createPolicy("nutgraf", { createScriptURL: () => "/sw.js" });

async function forgetAll() {
  localStorage.clear();
  for (const name of (await window.caches?.keys()) ?? []) {
    await caches.delete(name);
  }
}

async function keepLatest() {
  localStorage.setItem(KEPT_AT, Date.now());
  (await workers.ready).active.postMessage("keep");
}

async function switchOffline(button) {
  const registration = await workers.getRegistration();
  if (registration) {
    await registration.unregister();
    await forgetAll();
    say("Nothing is kept on this device any more.");
  } else {
    await workers.register(policy ? policy.createScriptURL("") : "/sw.js");
    say("The latest briefs are being fetched.");
    await keepLatest();
  }
  button.ariaPressed = !registration;
}

if (workers && location.pathname === "/login") {
  forgetAll();
} else if (workers) {
  const button = document.querySelector('[data-do="offline"]');
  offer("offline", true, switchOffline);
  workers.addEventListener("message", (event) => button && say(`${event.data.count} briefs are kept on this device.`));
  const registration = await workers.getRegistration();
  button?.setAttribute("aria-pressed", Boolean(registration));
  if (registration && Date.now() - localStorage.getItem(KEPT_AT) > HOUR_MS) {
    keepLatest();
  }
}

const kept = document.getElementById("kept");
if (kept && workers) {
  const { briefs } = await (await fetch("/offline.json")).json();
  for (const brief of briefs) {
    if (await caches.match(brief.path)) {
      const link = document.createElement("a");
      link.href = brief.path;
      link.dir = "auto";
      link.textContent = brief.headline;
      kept.appendChild(document.createElement("li")).append(link);
    }
  }
}
