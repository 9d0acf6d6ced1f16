// Log in, then load what was asked for: the same address answers with the page.
const form = document.getElementById("login");
const problem = document.getElementById("problem");

async function logIn() {
  problem.textContent = "";
  const body = JSON.stringify(Object.fromEntries(new FormData(form)));
  try {
    const answer = await fetch("/api/login", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (answer.ok) {
      location.reload();
      return;
    }
    problem.textContent = (await answer.json()).error;
  } catch (error) {
    problem.textContent = `no answer: ${error.message}`;
  }
  form.elements.secret.select();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  logIn();
});
