// Everything works without this file. It moves the focus to the list of errors, and shows the effect of a what-if while one types.
"use strict";
(() => {
  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();

  // A link of the summary puts the cursor into the field itself, and opens what hides it.
  for (const link of document.querySelectorAll("#error-summary a[href^='#']")) {
    link.addEventListener("click", (event) => {
      const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!field) return;
      event.preventDefault();
      for (let box = field.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
      field.scrollIntoView({ block: "center" });
      field.focus({ preventScroll: true });
    });
  }

  const form = document.getElementById("what-if");
  const effect = document.getElementById("effect");
  if (!form || !effect || !form.querySelector("[name=w]")) return;
  let waiting = 0;
  let running = null;
  const show = async () => {
    if (running) running.abort();
    running = new AbortController();
    const data = new FormData(form);
    data.set("go", "whatif");
    effect.classList.add("busy");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, signal: running.signal, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("effect");
      // While something is typed only half, it cannot be read: the last effect stays, marked as old, until it can.
      if (answer.ok && fresh) {
        effect.replaceChildren(...fresh.childNodes);
        effect.classList.remove("busy");
      }
    } catch (error) {
      if (error.name !== "AbortError") effect.classList.remove("busy");
    }
  };
  const soon = (event) => {
    if (event.target.id === "more") return;
    clearTimeout(waiting);
    waiting = setTimeout(show, 400);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
})();
