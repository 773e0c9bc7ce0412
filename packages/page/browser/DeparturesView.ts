/** Who was disconnected lately: when, with which code, and why. */
import { html, render } from "lit-html";
import type { Departure } from "../src/Protocol.js";
import { count } from "./Wording.js";

const whoClosed: Readonly<Record<string, string>> = { peer: "the client" };

export class DeparturesView {
  readonly #root: HTMLElement;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  update(list: ReadonlyArray<Departure>): void {
    this.#root.hidden = list.length === 0;
    render(
      html`<h2>Gone lately <small>${count(list.length)}</small></h2>
        <ol>${list.map((one) => departure(one))}</ol>`,
      this.#root,
    );
  }
}

function departure({ id, client, route, atEpochMillis, code, reason, by, lost }: Departure) {
  return html`<li><time>${new Date(atEpochMillis).toLocaleTimeString()}</time>
    <b>${client || id}</b> <span class="soft">${route}</span>
    <span>${code}${reason && ` “${reason}”`}, by ${whoClosed[by] ?? by}${
      lost > 0 ? `; ${count(lost)} messages lost` : ""
    }</span></li>`;
}
