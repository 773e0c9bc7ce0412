/** The live page: it listens to the feed of its server and shows what it hears. */
import { html, render } from "lit-html";
import type { Hello, ServerMessage, Snapshot } from "../src/Protocol.js";
import { ChartView } from "./ChartView.js";
import { ControlsView } from "./ControlsView.js";
import { DeparturesView } from "./DeparturesView.js";
import { DetailView } from "./DetailView.js";
import { Fleet } from "./Fleet.js";
import { Link, type LinkState } from "./Link.js";
import { TableView } from "./TableView.js";
import { TotalsView } from "./TotalsView.js";
import { count, rate } from "./Wording.js";

const at = (id: string) => document.getElementById(id) as HTMLElement;

let hello: Hello | undefined;
let fleet: Fleet | undefined;
let before: Snapshot | undefined;
/** A client that connects anew: its next connection is opened in the place of the one that ends. */
let followed: string | undefined;

const chart = new ChartView(at("chart"), (state) => table.toggleState(state));
const totals = new TotalsView(at("totals"));
const departures = new DeparturesView(at("departures"));
const table = new TableView(at("connections"), open);
const controls = new ControlsView(at("controls"), (control) => link.say(control));
const detail = new DetailView(at("detail"), close, (client) => controls.of(client));
const feed = new URL(`${location.pathname.replace(/\/$/, "")}/live`, location.href);
const link = new Link(feed.href.replace(/^http/, "ws"), hear, showLink);

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && detail.id !== undefined) close();
});

function hear(message: ServerMessage): void {
  switch (message.type) {
    case "hello":
      greet(message);
      break;
    case "past":
      totals.begin(message.points);
      break;
    case "departures":
      departures.update(message.list);
      break;
    case "snapshot":
      update(message);
      break;
    case "moment":
      detail.add(message);
      break;
    case "demonstration":
      controls.update(message, hello?.strategies ?? []);
      break;
    case "error":
      controls.failed(message.message);
      break;
    default:
      message satisfies never;
  }
}

function greet(message: Hello): void {
  if (message.server !== hello?.server) {
    fleet = new Fleet(message);
    before = undefined;
    totals.reset();
    close();
  }
  hello = message;
  render(
    message.links.map((path) => html`<a href=${path}>${path}</a>`),
    document.querySelector("nav") as HTMLElement,
  );
  if (detail.id !== undefined) link.say({ type: "watch", id: detail.id });
}

function update(snapshot: Snapshot): void {
  if (hello === undefined || fleet === undefined) return;
  const total = snapshot.counts.reduce((sum, one) => sum + one, 0);
  fleet.update(snapshot);
  chart.update(hello, snapshot);
  totals.update(snapshot);
  table.update(fleet, total);
  follow(fleet);
  detail.update(fleet);
  summarize(snapshot, total);
  before = snapshot;
}

/** Goes on with the connection that has taken the place of the one that was open. */
function follow(fleet: Fleet): void {
  const gone = detail.id !== undefined && fleet.find(detail.id) === undefined;
  if (!gone || followed === undefined) return;
  for (const { id, reading } of fleet.rows) {
    if (controls.clientOf(reading.client)?.name !== followed) continue;
    open(id);
    return;
  }
}

function open(id: string): void {
  if (hello === undefined) return;
  const row = fleet?.find(id);
  followed = row && controls.clientOf(row.reading.client)?.name;
  detail.open(id, hello, row);
  table.opened(id);
  document.body.classList.add("detailed");
  link.say({ type: "watch", id });
}

function close(): void {
  if (detail.id === undefined) return;
  followed = undefined;
  detail.close();
  table.opened(undefined);
  document.body.classList.remove("detailed");
  link.say({ type: "unwatch" });
  table.focus();
}

function summarize(snapshot: Snapshot, total: number): void {
  const seconds = before && (snapshot.atMillis - before.atMillis) / 1000;
  const grown = (read: (of: Snapshot) => number) =>
    before && seconds ? rate((read(snapshot) - read(before)) / seconds) || "0/s" : "–";
  const sent = grown(({ totals }) => totals.delivered);
  const lost = grown(({ totals }) => totals.lost);
  at("summary").textContent = `${count(total)} connections, ${sent} sent, ${lost} lost`;
}

function showLink(state: LinkState): void {
  const banner = at("banner");
  const text = linkText(state);
  document.body.classList.toggle("stale", state._tag !== "Open");
  banner.hidden = text === "";
  if (banner.textContent !== text) banner.textContent = text;
}

function linkText(state: LinkState): string {
  switch (state._tag) {
    case "Open":
      return "";
    case "Silent":
      return "The server has fallen silent. What you see is old.";
    case "Lost":
      return `The server has gone. What you see is old. Trying again in ${(state.inMillis / 1000).toFixed(0)} s…`;
    default:
      return state satisfies never;
  }
}
