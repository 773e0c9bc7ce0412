/** The connection that is open: what it is, its timeline, and what happened to it. */
import { html, nothing, render, type TemplateResult } from "lit-html";
import type { Hello, Moment } from "../src/Protocol.js";
import { mark } from "./columns.js";
import type { Fleet } from "./Fleet.js";
import { History } from "./History.js";
import type { Reading, Row } from "./Row.js";
import { TimelinePlot } from "./TimelinePlot.js";
import { age, bytes, count, percent, rate, wait } from "./Wording.js";

const maxListed = 40;

export class DetailView {
  readonly #root: HTMLElement;
  readonly #head: HTMLElement;
  readonly #list: HTMLElement;
  readonly #plot: TimelinePlot;
  readonly #close: () => void;
  readonly #controlsFor: (client: string) => TemplateResult | typeof nothing;
  #history: History | undefined;
  /** The latest that is known of it: it stays when the connection has gone. */
  #row: Row | undefined;

  constructor(
    root: HTMLElement,
    close: () => void,
    controlsFor: (client: string) => TemplateResult | typeof nothing,
  ) {
    this.#root = root;
    this.#close = close;
    this.#controlsFor = controlsFor;
    const part = (className: string) => {
      const element = root.appendChild(document.createElement("div"));
      element.className = className;
      return element;
    };
    this.#head = part("head");
    const box = part("plot");
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", "Fill over the last minute; its events are listed below");
    this.#list = part("happenings");
    this.#plot = new TimelinePlot(box);
  }

  get id(): string | undefined {
    return this.#history?.id;
  }

  open(id: string, hello: Hello, row: Row | undefined): void {
    this.#history = new History(id, hello, row);
    this.#row = row;
    this.#root.hidden = false;
    this.#draw();
  }

  close(): void {
    this.#history = undefined;
    this.#root.hidden = true;
  }

  add(moment: Moment): void {
    if (moment.id !== this.#history?.id) return;
    this.#history.add(moment);
    this.#draw();
  }

  update(fleet: Fleet): void {
    if (this.#history === undefined) return;
    this.#row = fleet.find(this.#history.id) ?? this.#row;
    this.#draw();
  }

  #draw(): void {
    const history = this.#history;
    if (history === undefined) return;
    render(this.#heading(history), this.#head);
    this.#plot.show(history);
    render(happenings(history), this.#list);
  }

  #heading({ id, latest }: History): TemplateResult {
    const row = this.#row;
    const closed = latest?.closed;
    return html`
      <h2>${id} <small>${row?.reading.client}</small></h2>
      <button type="button" class="close" aria-label="Close (Escape)" title="Close (Escape)"
        @click=${this.#close}>✕</button>
      ${
        closed === undefined
          ? nothing
          : html`<p class="gone" role="status">Closed with ${closed.code}${closed.reason && ` “${closed.reason}”`},
              by ${closed.by === "peer" ? "the client" : closed.by}.</p>`
      }
      ${row === undefined ? nothing : facts(row, latest)}
      ${row === undefined ? nothing : this.#controlsFor(row.reading.client)}`;
  }
}

function facts(row: Row, latest: Moment | undefined): TemplateResult {
  const { reading } = row;
  const { marks } = latest ?? {};
  const fill = latest?.fill ?? reading.fill;
  return html`
    <dl>
      <div><dt>State</dt><dd>${mark(reading.state)}</dd></div>
      <div><dt>Health</dt><dd>${mark(reading.health)}</dd></div>
      <div><dt>Fill</dt><dd>${percent(fill)}</dd></div>
      <div><dt>Delay</dt><dd>${wait(latest?.delayMillis ?? reading.delayMillis)}</dd></div>
      <div class="wide"><dt>Sent</dt><dd>${rate(row.deliveredPerSecond) || "0/s"}, ${bytes(row.bytesPerSecond)}/s</dd></div>
      <div><dt>Oldest</dt><dd>${age(row.age) || "–"}</dd></div>
      <div class="wide"><dt>In the outbox</dt><dd>${count(reading.buffered)}${marks && ` of ${count(marks.maxMessages)}`}, ${bytes(
        reading.bufferedBytes,
      )}${marks && ` of ${bytes(marks.maxBytes)}`}</dd></div>
      <div class="wide"><dt>In flight</dt><dd>${inFlight(reading)}</dd></div>
      <div class="wide"><dt>Lost</dt><dd>${
        [...reading.losses].map(([why, n]) => `${why} ${count(n)}`).join(", ") || "nothing"
      }</dd></div>
    </dl>
    <p class="advice"><b>${reading.advice.reason}</b>: ${reading.advice.suggestion}.</p>`;
}

/** `62 KB of 128 KB, answered in 80 ms` */
function inFlight({ inFlightBytes, windowBytes, roundTripMillis }: Reading): string {
  if (inFlightBytes === undefined) return "not known: no ping was answered";
  const most = windowBytes === undefined ? "" : ` of ${bytes(windowBytes)}`;
  const way = roundTripMillis === undefined ? "" : `, answered in ${wait(roundTripMillis)}`;
  return `${bytes(inFlightBytes)}${most}${way}`;
}

function happenings({ happenings, latest, omitted }: History): TemplateResult {
  const now = latest?.atMillis ?? 0;
  return html`
    <h3>Events${omitted > 0 ? html` <small>${count(omitted)} more came too fast to tell</small>` : nothing}</h3>
    ${happenings.length === 0 ? html`<p class="soft">None since this was opened.</p>` : nothing}
    <ol>${happenings.slice(0, maxListed).map(
      ({ atMillis, event, change, state }) => html`<li>
        <time>−${((now - atMillis) / 1000).toFixed(1)} s</time><span class="mark ${state}">${event}</span>
        <span class="soft">${change}</span></li>`,
    )}</ol>`;
}
