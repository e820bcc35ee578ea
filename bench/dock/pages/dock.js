"use strict";
// The dock's page: asks for the state, shows it, sends verbs. No library; nothing is ever put in as HTML.

const POLL_MS = 700;
const find = (id) => document.getElementById(id);
const PROCEDURES = { reservation: "予約", application: "申込み" };
const VERDICTS = { done: "できました", refused: "できませんでした", already: "受付ずみ" };
const READERS = { pcsc: ["差しこみ", "PC/SC"], nfc: ["かざす", "NFC"] };
const VERBS = {
  "paper-verbs": [
    [{ op: "paper", do: "take" }, "紙を取る", "take"],
    [{ op: "paper", do: "low" }, "残り少なく", "low"],
    [{ op: "paper", do: "empty" }, "紙切れ", "empty"],
    [{ op: "paper", do: "restore" }, "補充する", "refill"],
  ],
  "net-verbs": [
    [{ op: "net", do: "cut" }, "切る", "cut"],
    [{ op: "net", do: "silence" }, "だまらせる", "silence"],
    [{ op: "net", do: "delay", ms: 800 }, "おくらせる", "delay 0.8 s"],
    [{ op: "net", do: "restore" }, "なおす", "restore"],
  ],
  "panel-verbs": [
    [{ op: "door", state: "open" }, "扉を開ける", "open door"],
    [{ op: "door", state: "close" }, "扉を閉める", "close door"],
    [{ op: "presence", state: "off" }, "人がはなれる", "walk away"],
    [{ op: "presence", state: "on" }, "人がもどる", "come back"],
  ],
};

let people = [];
let reader = "";
let lying = { pcsc: null, nfc: null };
let chosenLog = "terminal";

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function button(japanese, english, act) {
  const made = element("button", japanese + " ");
  made.append(element("small", english));
  made.addEventListener("click", act);
  return made;
}

let saidTimer = 0;
function say(text, bad) {
  const said = find("said");
  said.textContent = text;
  said.className = bad ? "bad" : "";
  said.hidden = false;
  clearTimeout(saidTimer);
  saidTimer = setTimeout(() => { said.hidden = true; }, bad ? 8000 : 2000);
}

async function order(verb) {
  try {
    const answer = await fetch("/verb", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(verb),
    });
    if (!answer.ok) say((await answer.json()).error, true);
  } catch (error) {
    say(String(error), true);
  }
  await look();
}

async function put(name) {
  const quick = find("quick").checked && lying[reader];
  say(quick ? "入れかえます" : "カードを入れます");
  await order({ op: "card", do: quick ? "swap" : "insert", name, reader });
}

// Lists are rebuilt only when they changed, so that focus and scroll stay where they are.
const shown = {};
function changed(what, value) {
  const now = JSON.stringify(value);
  if (shown[what] === now) return false;
  shown[what] = now;
  return true;
}

function showReaders(status) {
  const fitted = Object.keys(READERS).filter((name) => status[name] !== null);
  if (!fitted.includes(reader)) reader = fitted[0] || "";
  if (!changed("readers", [fitted, reader])) return;
  find("readers").replaceChildren(...fitted.map((name) => {
    const made = button(...READERS[name], () => { reader = name; look(); });
    made.className = name === reader ? "on" : "";
    made.setAttribute("aria-pressed", String(name === reader));
    return made;
  }));
}

function showCards(status) {
  lying = { pcsc: status.pcsc && status.pcsc.card, nfc: status.nfc && status.nfc.card };
  const about = (name) => (people.find((person) => person.name === name) || { about: name }).about;
  const there = Object.entries(lying).filter(([, name]) => name);
  find("lying").textContent = there.map(([kind, name]) => `${about(name)}（${READERS[kind][0]}）`).join("、") || "なし";
  find("take").disabled = !lying[reader];
  const offered = people.filter((person) => reader === "nfc" || !person.nfc_only);
  if (!changed("people", [offered, lying, reader])) return;
  const list = find("people");
  const scrolled = list.scrollTop;
  list.replaceChildren(...offered.map((person) => {
    const made = element("button");
    made.append(element("b", person.about), element("span", person.pin, "pin"), element("small", person.english));
    made.title = person.name;
    if (lying[reader] === person.name) made.className = "in";
    made.addEventListener("click", () => put(person.name));
    const item = element("li");
    item.append(made);
    return item;
  }));
  list.scrollTop = scrolled;
}

function showPapers(papers, printer) {
  const faults = printer ? printer.faults : {};
  const words = [];
  if (!printer) words.push("プリンターが動いていません printer is down");
  if (faults.paper_out) words.push("紙切れ out of paper");
  else if (faults.paper_low) words.push("残り少ない low");
  find("printer").textContent = words.join("、") || `まだ取っていない紙 ${printer.papers}まい`;
  find("printer").className = words.length ? "state bad" : "state";
  if (!changed("papers", papers)) return;
  const figures = papers.map((paper) => {
    const figure = element("figure");
    const link = element("a");
    link.href = `/paper/${paper.name}.png`;
    link.target = "_blank";
    const image = element("img");
    image.src = link.href;
    image.alt = "紙の内容";
    link.append(image);
    figure.append(element("figcaption", `${paper.name}　${paper.taken ? "取った" : "出口にある"}`), link);
    return figure;
  });
  find("papers").replaceChildren(...(figures.length ? figures : [element("p", "紙はまだ出ていません", "none")]));
}

function showWorld(state) {
  const { network, panel } = state.status;
  const words = { open: "つながっています", cut: "切れています", silent: "だまっています" };
  find("net").textContent = network
    ? `${words[network.state]}${network.delay_ms ? `、${network.delay_ms} ms おくれます` : ""}（上り ${network.bytes_up} B、下り ${network.bytes_down} B）`
    : "ネットワークのプロセスが動いていません";
  find("net").className = network && network.state === "open" && !network.delay_ms ? "state" : "state bad";
  for (const [name, lit] of Object.entries(state.lamps || {})) find(name).className = lit ? "lit" : "";
  const is = { close: "", open: "", on: "", off: "", ...(panel ? { [panel.door]: "on", [panel.presence]: "on" } : {}) };
  for (const made of find("panel-verbs").children) made.className = is[made.dataset.state] || "";
}

function showChain(chain) {
  for (const name of ["waiting", "arrived", "acknowledged", "answered"]) find(name).textContent = chain[name];
  find("quarantined").hidden = !chain.quarantined;
  find("quarantined").textContent = `わきに置かれたもの ${chain.quarantined}件 in quarantine`;
  if (!changed("records", chain.records)) return;
  find("records").replaceChildren(...chain.records.map((record) => {
    const row = element("tr");
    row.append(
      element("td", record.number),
      element("td", PROCEDURES[record.procedure] || "封をしたまま"),
      record.acked ? element("td", "✓ 送った", "good") : element("td", "… 待っている", "wait"),
      record.rows ? element("td", "✓ 到着", "good") : element("td", "–"),
      record.answers ? element("td", `✓ ${VERDICTS[record.verdict] || record.stage}`, "good") : element("td", record.stage || "–"),
    );
    return row;
  }));
}

function showParts(parts) {
  if (!changed("parts", [parts, chosenLog])) return;
  find("parts").replaceChildren(...Object.entries(parts).map(([name, part]) => {
    const item = element("li", undefined, part.alive ? "" : "dead");
    const choose = element("button", `${part.alive ? "●" : "✕"} ${name}`, name === chosenLog ? "chosen" : "");
    choose.addEventListener("click", () => { chosenLog = name; readLog(); look(); });
    const act = element("button", part.alive ? "kill -9" : "起こす", "kill");
    act.addEventListener("click", () => order({ op: "part", do: part.alive ? "kill" : "start", name }));
    item.append(choose, act);
    return item;
  }));
}

async function readLog() {
  const answer = await fetch(`/log/${chosenLog}`).catch(() => null);
  if (!answer) return;
  const text = (await answer.text()) || "（まだ何も書かれていません）";
  const log = find("log");
  if (log.textContent === text) return;
  const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
  log.textContent = text;
  if (atEnd) log.scrollTop = log.scrollHeight;
}

async function look() {
  const answer = await fetch("/state").catch(() => null);
  find("gone").hidden = Boolean(answer && answer.ok);
  if (!answer || !answer.ok) return;
  if (!people.length) people = await (await fetch("/people")).json();
  const state = await answer.json();
  find("view").textContent = state.screen ? state.screen.view : "答えません";
  find("title").textContent = state.screen ? state.screen.title : "the terminal does not answer";
  find("clock").textContent = state.clock;
  find("dashboard").href = state.status.addresses.dashboard;
  showReaders(state.status);
  showCards(state.status);
  showPapers(state.papers, state.status.printer);
  showWorld(state);
  showChain(state.chain);
  showParts(state.status.parts);
}

for (const [place, verbs] of Object.entries(VERBS)) {
  find(place).append(...verbs.map(([verb, japanese, english]) => {
    const made = button(japanese, english, () => order(verb));
    made.dataset.state = verb.state || "";
    return made;
  }));
}
find("take").addEventListener("click", () => order({ op: "card", do: "remove", reader }));

async function watch() {
  await look();
  await readLog();
  setTimeout(watch, POLL_MS);
}
watch();
