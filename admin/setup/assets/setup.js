// The wizard's script: sends what was typed, shows what came back, moves the focus there. No library, no inline code.
"use strict";

const KEY = "attms-setup-token"; // kept by origin, port included, so that no other page of this machine gets at it
const $ = (id) => document.getElementById(id);
const main = $("main");

function make(tag, name, ...parts) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...parts.filter(Boolean));
  return made;
}

async function send(method, path, body) {
  const headers = { "Content-Type": "application/json", "X-ATTMS-Setup": localStorage.getItem(KEY) || "" };
  try {
    const answer = await fetch(path, { method, headers, body: JSON.stringify(body), credentials: "same-origin", cache: "no-store" });
    return { status: answer.status, ...(await answer.json()) };
  } catch {
    return { status: 0, detail: "ATTMS does not answer.", hint: "Is it still running? Look at its console." };
  }
}

// while something is under way

async function busy(button, label, deed) {
  const before = button.textContent;
  const buttons = [...document.querySelectorAll("button")];
  buttons.forEach((each) => each.setAttribute("aria-disabled", "true"));
  button.textContent = label;
  button.classList.add("busy");
  main.setAttribute("aria-busy", "true");
  try {
    return await deed();
  } finally {
    main.removeAttribute("aria-busy");
    button.classList.remove("busy");
    button.textContent = before;
    buttons.forEach((each) => each.removeAttribute("aria-disabled"));
  }
}

const isBusy = () => main.hasAttribute("aria-busy");

// what went wrong

function trouble(answer) {
  if (answer.status === 401) {
    localStorage.removeItem(KEY);
    const link = make("a", "", "Enter a new code");
    link.href = "/code";
    return summary("This browser's session has ended.", [link]);
  }
  return summary(answer.detail || "Something went wrong.", answer.hint ? [answer.hint] : []);
}

function summary(title, lines) {
  const box = $("summary");
  box.replaceChildren(make("h2", "", title));
  if (lines.length === 1) box.append(make("p", "", lines[0]));
  if (lines.length > 1) box.append(make("ul", "", ...lines.map((each) => make("li", "", each))));
  box.hidden = false;
  box.focus();
}

function forget() {
  $("summary").hidden = true;
  if ($("report")) $("report").hidden = true;
  document.querySelectorAll(".wrong").forEach((each) => { each.hidden = true; each.textContent = ""; });
  document.querySelectorAll("[aria-invalid]").forEach((each) => each.removeAttribute("aria-invalid"));
}

function mistakes(found) {
  const links = found.map((each) => {
    const input = $(`f-${each.field}`);
    const wrong = $(`f-${each.field}-wrong`);
    if (input && wrong) {
      input.setAttribute("aria-invalid", "true");
      wrong.textContent = each.said;
      wrong.hidden = false;
    }
    const link = make("a", "", `${each.label}: ${each.said}`);
    link.href = `#f-${each.field}`;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      if (input) (input.querySelector("input") || input).focus();
    });
    return link;
  });
  summary(found.length === 1 ? "One value cannot be taken" : `${found.length} values cannot be taken`, links);
}

// what a test found out

function show(answer, isSaving) {
  const box = $("report");
  const report = answer.report || { ok: true, said: "Saved without a test.", fix: "", found: [] };
  const title = make("h2", "", report.said);
  box.className = `report ${report.ok ? "good" : "bad"}`;
  box.replaceChildren(title);
  if (report.fix) box.append(make("p", "fix", make("strong", "", "What to do: "), report.fix));
  const shown = report.found.filter((each) => each.what !== report.said);
  if (shown.length) box.append(make("ul", "found", ...shown.map(line)));
  box.append(...after(answer, report, isSaving));
  box.hidden = false;
  box.focus();
  box.scrollIntoView({ block: "nearest" });
}

function line(each) {
  const words = { good: "Good: ", note: "Note: ", bad: "Wrong: " };
  const said = make("span", "what", make("span", "unseen", words[each.mark]), each.what);
  return make("li", each.mark, said, each.fix ? make("span", "fix", each.fix) : null);
}

function after(answer, report, isSaving) {
  if (answer.saved) {
    const link = make("a", "button primary", "Saved. Continue");
    link.href = $("step").dataset.next;
    return [make("p", "actions", link)];
  }
  if (report.ok) return [make("p", "help", "Nothing was saved yet: choose Test and save.")];
  if (!isSaving) return [];
  const anyway = make("button", "secondary", "Save it all the same");
  anyway.type = "button";
  anyway.addEventListener("click", () => save(anyway, true));
  return [make("p", "help", "Nothing was saved. Mend it and test again; or, if you know that it will work later:"), make("p", "actions", anyway)];
}

// the step

function values() {
  const given = {};
  for (const [name, value] of new FormData($("step"))) {
    const field = $("step").elements[name];
    const holder = field instanceof Element ? field.closest("[data-only-if]") : null;
    if (!(holder && holder.hidden) && !(name === "pasted" && !value.trim())) given[name] = value;
  }
  return given;
}

async function test(button) {
  forget();
  const answer = await busy(button, "Testing …", () => send("POST", `/api/setup/steps/${$("step").dataset.step}/test`, { values: values() }));
  settle(answer, false);
}

async function save(button, untested) {
  forget();
  const body = { values: values(), untested };
  const answer = await busy(button, untested ? "Saving …" : "Testing …", () => send("PUT", `/api/setup/steps/${$("step").dataset.step}`, body));
  settle(answer, true);
}

function settle(answer, isSaving) {
  if (answer.mistakes) return mistakes(answer.mistakes);
  if (answer.status !== 200) return trouble(answer);
  if (answer.saved) remember(answer);
  show(answer, isSaving);
}

function remember(answer) {
  document.querySelectorAll(".secret input").forEach((each) => {
    if (each.value) each.placeholder = "Set. Leave it empty to keep it.";
    each.value = "";
  });
  document.querySelectorAll("textarea").forEach((each) => { each.value = ""; });
  const here = document.querySelector("[aria-current=step]");
  here.classList.replace("open", "done");
  here.classList.remove("skipped");
  here.classList.toggle("doubt", !answer.report);
  here.querySelector(".state").textContent = answer.report ? "works" : "saved, not tested";
}

function choose() {
  document.querySelectorAll("[data-only-if]").forEach((each) => {
    const [name, wanted] = each.dataset.onlyIf.split("=");
    const chosen = document.querySelector(`input[name="${name}"]:checked`);
    each.hidden = !chosen || chosen.value !== wanted;
  });
}

function startStep(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isBusy()) save(form.querySelector("button[type=submit]"), false);
  });
  $("test").addEventListener("click", () => { if (!isBusy()) test($("test")); });
  form.addEventListener("change", choose);
  choose();
  if ($("skip")) $("skip").addEventListener("click", async () => {
    const answer = await busy($("skip"), "Skipping …", () => send("POST", `/api/setup/steps/${form.dataset.step}/skip`, {}));
    if (answer.status === 200) location.assign(form.dataset.next); else trouble(answer);
  });
}

// the first page and the last

async function enter(code) {
  const answer = await send("POST", "/api/setup/session", { code });
  if (answer.status !== 200) return trouble(answer.status === 401 ? { ...answer, status: 403 } : answer);
  localStorage.setItem(KEY, answer.token);
  location.replace("/");
}

function startLock(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isBusy()) return;
    forget();
    busy(form.querySelector("button[type=submit]"), "Opening …", () => enter($("code").value));
  });
  $("new-code").addEventListener("click", async () => {
    forget();
    const answer = await busy($("new-code"), "Asking …", () => send("POST", "/api/setup/code", {}));
    if (answer.status === 200) $("said").textContent = answer.said; else trouble(answer);
  });
  const brought = new URLSearchParams(location.hash.slice(1)).get("code");
  if (brought) {
    history.replaceState(null, "", "/");
    $("code").value = brought;
    busy(form.querySelector("button[type=submit]"), "Opening …", () => enter(brought));
  } else {
    $("code").focus();
  }
}

function startFinish(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy()) return;
    forget();
    const answer = await busy(form.querySelector("button"), "Finishing …", () => send("POST", "/api/setup/finish", {}));
    if (answer.status !== 200) return trouble(answer);
    localStorage.removeItem(KEY);
    document.querySelectorAll(".steps").forEach((each) => each.remove());
    document.body.className = "alone";
    document.title = "ATTMS is set up";
    main.replaceChildren($("done").content.cloneNode(true));
    main.querySelector("h1").focus();
  });
}

// small things on every page

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copies], [data-shows]") : null;
  if (!button) return;
  if (button.dataset.shows) {
    const input = $(button.dataset.shows);
    const isShown = input.type === "text";
    input.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
    button.textContent = isShown ? "Show" : "Hide";
    return;
  }
  await navigator.clipboard.writeText($(button.dataset.copies).textContent);
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
});

document.querySelectorAll("time").forEach((each) => {
  each.textContent = new Date(each.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
});

if ($("lock")) startLock($("lock"));
if ($("step")) startStep($("step"));
if ($("finish")) startFinish($("finish"));
