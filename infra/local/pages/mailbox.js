import { element, latestFirst, live, post, time, word } from "./ways.js";

const words = {
  title: ["Mailbox", "邮箱"], to: ["Mail to", "邮件发往"], phone: ["Phone", "手机"], people: ["Mailboxes", "收件人"], subject: ["Subject", "主题"],
  hint: ["Write a mail", "写邮件"], send: ["Send", "发送"], empty: ["No mail yet. Write one.", "还没有邮件，写一封吧。"], none: ["no mail yet", "还没有邮件"],
  reply: ["Reply", "回复"], source: ["Source", "原文"], replying: ["Reply to:", "回复："], fresh: ["write a new mail instead", "改写新邮件"],
  plain: ["Text", "文本"], styled: ["HTML", "HTML"], other: ["another address…", "其他地址…"], whose: ["Whose mailbox?", "谁的邮箱？"], from: ["from", "发件人"],
};
const find = (id) => document.getElementById(id);
let person = sessionStorage.getItem("person") || "";
let added = [];
let answered = null;
const plain = new Set(); // mails that are shown as text although they have HTML

const page = live("mailbox", words, (state) => {
  const of = (name) => state.mails.filter((mail) => mail.people.includes(name));
  const people = latestFirst([...new Set([...state.people, ...added])], of);
  person = people.includes(person) ? person : people[0];
  find("support").textContent = state.support;
  find("people").replaceChildren(...people.map((name) => entry(name, of(name))), other());
  const thread = of(person);
  find("mails").replaceChildren(...(thread.length ? thread.map(letter) : [element("li", { className: "empty" }, word(words.empty))]));
  find("mails").scrollTop = find("mails").scrollHeight;
  about();
});

function choose(name) {
  person = name;
  answered = null;
  sessionStorage.setItem("person", name);
  page.draw();
}

function entry(name, mails) {
  const button = element("button", { type: "button", onclick: () => choose(name) }, name, element("small", {}, mails.at(-1)?.subject ?? word(words.none)));
  button.setAttribute("aria-current", String(name === person));
  return button;
}

function other() {
  const ask = () => {
    const name = (prompt(word(words.whose)) || "").trim().toLowerCase();
    if (name.includes("@")) { added.push(name); choose(name); }
  };
  return element("button", { type: "button", onclick: ask }, word(words.other));
}

function letter(mail) {
  const mine = mail.direction === "in";
  const styled = mail.html && !plain.has(mail.id);
  const tools = element("div", { className: "tools" });
  if (!mine) tools.append(element("button", { className: "link", type: "button", onclick: () => { answered = mail; about(); find("text").focus(); } }, word(words.reply)));
  if (mail.html && mail.text) {
    const flip = () => { plain.has(mail.id) ? plain.delete(mail.id) : plain.add(mail.id); page.draw(); };
    tools.append(element("button", { className: "link", type: "button", onclick: flip }, word(styled ? words.plain : words.styled)));
  }
  tools.append(element("a", { className: "link", href: `/mailbox/messages/${mail.id}/raw`, target: "_blank" }, word(words.source)));
  return element("li", { className: mine ? "letter mine" : "letter" },
    element("h2", {}, mail.subject || "—"),
    element("small", {}, `${word(words.from)} ${mail.from} · ${time(mail.at)}`),
    styled ? frame(mail) : element("pre", {}, mail.text),
    ...(mail.attachments.length ? [element("small", {}, "📎 " + mail.attachments.join(", "))] : []),
    tools);
}

// No scripts, no forms, no way out of the frame; of the same origin only so that its height can be read.
function frame(mail) {
  const made = element("iframe", { sandbox: "allow-same-origin", srcdoc: mail.html, title: mail.subject });
  made.addEventListener("load", () => { made.style.height = `${made.contentDocument.documentElement.scrollHeight + 4}px`; });
  return made;
}

function about() {
  find("subject-row").hidden = Boolean(answered);
  find("subject-row").style.display = answered ? "none" : "";
  find("about").replaceChildren(...(answered ? [
    element("span", {}, `${word(words.replying)} ${answered.subject}`),
    element("button", { className: "link", type: "button", onclick: () => { answered = null; about(); } }, word(words.fresh)),
  ] : [element("span", {}, person)]));
}

find("write").addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = await post("/mailbox/messages", { from: person, subject: find("subject").value, text: find("text").value, reply_to: answered?.id ?? null });
  find("problem").textContent = problem;
  if (problem) return;
  find("text").value = find("subject").value = "";
  answered = null;
  about();
});
