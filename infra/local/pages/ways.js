// What both pages share: words in two languages, elements, the state and its changes.

const languages = ["en", "zh"];
let language = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en");

export const word = (words) => words[languages.indexOf(language)];

// An element; text is always text, never markup.
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export const time = (at) => new Date(at).toLocaleString(language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "short", timeStyle: "medium" });

// Put the words in their places: data-word="name" gets text, data-label="name" an accessible name.
function label(words) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = word(words.title);
  for (const place of document.querySelectorAll("[data-word]")) place.textContent = word(words[place.dataset.word]);
  for (const place of document.querySelectorAll("[data-label]")) place.setAttribute("aria-label", word(words[place.dataset.label]));
  for (const place of document.querySelectorAll("[data-hint]")) place.placeholder = word(words[place.dataset.hint]);
}

// Show the state now and after each change; the browser reconnects the event stream by itself.
export function live(kind, words, show) {
  let state = null;
  const draw = () => { label(words); if (state) show(state); };
  const load = async () => { state = await (await fetch(`/${kind}/state`)).json(); draw(); };
  document.querySelector("#language").addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    localStorage.setItem("language", language);
    draw();
  });
  label(words);
  const events = new EventSource(`/${kind}/events`);
  events.onopen = load;
  events.onmessage = load;
  return { draw, load };
}

// Those who wrote or got something last come first; those without any message keep their order.
export function latestFirst(names, messagesOf) {
  const last = new Map(names.map((name) => [name, messagesOf(name).at(-1)?.at ?? 0]));
  return [...names].sort((one, other) => last.get(other) - last.get(one));
}

// Post JSON; returns an error's text or "".
export async function post(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    return answer.ok ? "" : (await answer.json()).error || String(answer.status);
  } catch (error) {
    return String(error);
  }
}
