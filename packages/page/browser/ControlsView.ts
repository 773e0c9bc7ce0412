/** What a reader may change of a demonstration: its clients, and how fast the feed is. */
import { html, nothing, render, type TemplateResult } from "lit-html";
import type { DemoClientInfo, DemonstrationState } from "../src/Protocol.js";
import { count } from "./Wording.js";

/** Reading speeds to choose from; null is as fast as it can. */
const speeds: ReadonlyArray<{ readonly title: string; readonly bytesPerSecond: number | null }> = [
  { title: "not at all (stalled)", bytesPerSecond: 0 },
  { title: "20 KB/s", bytesPerSecond: 20_000 },
  { title: "100 KB/s", bytesPerSecond: 100_000 },
  { title: "200 KB/s", bytesPerSecond: 200_000 },
  { title: "500 KB/s", bytesPerSecond: 500_000 },
  { title: "1 MB/s", bytesPerSecond: 1_000_000 },
  { title: "5 MB/s", bytesPerSecond: 5_000_000 },
  { title: "as fast as it can", bytesPerSecond: null },
];

const maxFeedRate = 5_000;

export class ControlsView {
  readonly #root: HTMLElement;
  readonly #say: (control: object) => void;
  #strategies: ReadonlyArray<string> = [];
  #state: DemonstrationState | undefined;
  #failure = "";

  constructor(root: HTMLElement, say: (control: object) => void) {
    this.#root = root;
    this.#say = (control) => {
      this.failed("");
      say(control);
    };
  }

  update(state: DemonstrationState, strategies: ReadonlyArray<string>): void {
    this.#state = state;
    this.#strategies = strategies;
    this.#root.hidden = false;
    this.#draw();
  }

  /** Shows why something was refused; nothing takes it away. */
  failed(message: string): void {
    if (message === this.#failure) return;
    this.#failure = message;
    this.#draw();
  }

  /** Whose connection it is that calls itself `client`: a client that comes again adds a number. */
  clientOf(client: string): DemoClientInfo | undefined {
    const name = client.replace(/\.\d+$/, "");
    return this.#state?.clients.find((one) => one.name === name);
  }

  /** The controls of one client, or nothing for one that is not the demonstration's. */
  of(client: string): TemplateResult | typeof nothing {
    const known = this.clientOf(client);
    if (known === undefined) return nothing;
    const { name } = known;
    return html`
      <form class="controls" aria-label="Controls of ${name}" @submit=${(event: Event) => event.preventDefault()}>
        <label>It reads <select name="speed" @change=${(event: Event) =>
          this.#say({ type: "set-speed", client: name, bytesPerSecond: speedOf(event) })}>
          ${speedsWith(known.bytesPerSecond).map(
            ({ title, bytesPerSecond }) => html`<option value=${String(bytesPerSecond)}
              .selected=${bytesPerSecond === known.bytesPerSecond}>${title}</option>`,
          )}</select></label>
        ${
          known.strategy === undefined
            ? nothing
            : html`<label title="It connects anew: a strategy is for the life of a connection">Strategy
              <select name="strategy" @change=${(event: Event) =>
                this.#say({ type: "set-strategy", client: name, strategy: chosen(event) })}>
                ${this.#options(known.strategy)}</select></label>`
        }
        <button type="button" @click=${() => this.#say({ type: "remove-client", client: name })}>Remove</button>
      </form>`;
  }

  #draw(): void {
    const state = this.#state;
    if (state === undefined) return;
    render(
      html`
        <h2>Demonstration</h2>
        <form @submit=${this.#add} aria-label="Add clients">
          <label>Add <input name="count" type="number" min="1" max="100" value="1" required></label>
          <label><span class="hidden">How they read</span><select name="kind">
            <option>fast</option><option>slow</option><option selected>stalled</option></select></label>
          <label>clients, <select name="strategy">${this.#options("drop-oldest")}</select></label>
          <button type="submit">Add</button>
        </form>
        <label>Feed <input name="rate" type="range" min="50" max=${maxFeedRate} step="50" .value=${String(state.feedRate)}
          @change=${(event: Event) => this.#say({ type: "set-feed-rate", rate: Number(chosen(event)) })}>
          <output>${count(state.feedRate)}/s</output></label>
        <p class="soft">${state.clients.length} of ${state.maxClients} clients: open one to change it.</p>
        <p class="failure" role="alert">${this.#failure}</p>`,
      this.#root,
    );
  }

  #options(selected: string): ReadonlyArray<TemplateResult> {
    return this.#strategies.map(
      (strategy) => html`<option .selected=${strategy === selected}>${strategy}</option>`,
    );
  }

  #add = (event: SubmitEvent): void => {
    event.preventDefault();
    const fields = new FormData(event.target as HTMLFormElement);
    this.#say({
      type: "add-clients",
      kind: fields.get("kind"),
      strategy: fields.get("strategy"),
      count: Number(fields.get("count")),
    });
  };
}

/** With the one that is chosen, should it be none of ours. */
function speedsWith(chosenSpeed: number | null): typeof speeds {
  if (speeds.some(({ bytesPerSecond }) => bytesPerSecond === chosenSpeed)) return speeds;
  return [
    ...speeds,
    { title: `${count((chosenSpeed ?? 0) / 1000)} KB/s`, bytesPerSecond: chosenSpeed },
  ];
}

function chosen({ target }: Event): string {
  return (target as HTMLInputElement | HTMLSelectElement).value;
}

function speedOf(event: Event): number | null {
  const value = chosen(event);
  return value === "null" ? null : Number(value);
}
