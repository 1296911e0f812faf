import { element, latestFirst, live, post, time, word } from "./ways.js";

const words = {
  title: ["Phone", "手机"], to: ["SMS to", "短信发往"], mailbox: ["Mailbox", "邮箱"], phones: ["Phones", "手机号码"], hint: ["Write an SMS", "写短信"],
  send: ["Send", "发送"], empty: ["No SMS yet. Ask something.", "还没有短信，问点什么吧。"], again: ["deliver the webhook again", "再次投递"],
  delivered: ["delivered", "已送达"], waiting: ["on its way", "发送中"], none: ["no SMS yet", "还没有短信"],
};
const find = (id) => document.getElementById(id);
let phone = sessionStorage.getItem("phone") || "";

const page = live("phone", words, (state) => {
  const of = (number) => state.messages.filter((message) => message.phone === number);
  const phones = latestFirst(state.phones, of);
  phone = phones.includes(phone) ? phone : phones[0];
  find("number").textContent = state.number;
  find("phones").replaceChildren(...phones.map((number) => entry(number, of(number))));
  const thread = of(phone);
  find("messages").replaceChildren(...(thread.length ? thread.map(bubble) : [element("li", { className: "empty" }, word(words.empty))]));
  find("messages").scrollTop = find("messages").scrollHeight;
});

function entry(number, messages) {
  const choose = () => { phone = number; sessionStorage.setItem("phone", number); page.draw(); };
  const button = element("button", { type: "button", onclick: choose }, number, element("small", {}, messages.at(-1)?.text ?? word(words.none)));
  button.setAttribute("aria-current", String(number === phone));
  return button;
}

function bubble(message) {
  const mine = message.direction === "in";
  const good = ["", "queued", "sent", "delivered"].includes(message.state);
  const told = { delivered: word(words.delivered), queued: word(words.waiting), sent: word(words.waiting) }[message.state] ?? message.state;
  const state = ` · ${told || word(words.waiting)}`;
  const under = element("small", { className: good ? "" : "bad" }, time(message.at) + state);
  const again = element("button", { className: "link", type: "button", onclick: () => post(`/phone/messages/${message.id}/redeliver`, {}) }, word(words.again));
  return element("li", { className: mine ? "bubble mine" : "bubble" }, message.text, under, ...(mine ? [again] : []));
}

find("write").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = find("text").value;
  find("text").value = "";
  const problem = await post("/phone/messages", { phone, text });
  find("problem").textContent = problem;
  if (problem) find("text").value = text;
});

find("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    find("write").requestSubmit();
  }
});
