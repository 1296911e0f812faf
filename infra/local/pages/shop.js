// What a shop does with the chat: it says who is signed in, and that somebody signed out.
const who = document.getElementById("who");
const out = document.getElementById("out");

function show(name) {
  who.textContent = name ? `Signed in as ${name}` : "Not signed in";
  out.hidden = !name;
}

async function signIn(customer) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ customer }) };
  const { jwt } = await (await fetch("shop/sign-in", options)).json();
  sessionStorage.setItem("customer", customer);
  if (window.Baton?.identify) window.Baton.identify(jwt);
  else window.Baton = { jwt };
  show(customer);
}

for (const button of document.querySelectorAll("[data-customer]")) button.addEventListener("click", () => signIn(button.dataset.customer));
out.addEventListener("click", () => {
  sessionStorage.removeItem("customer");
  window.Baton?.reset();
  show("");
});
addEventListener("baton:expired", () => sessionStorage.getItem("customer") && signIn(sessionStorage.getItem("customer")));
if (sessionStorage.getItem("customer")) signIn(sessionStorage.getItem("customer"));
