/**
 * The table of connections: sorted, filtered, and only as much of it in the document as is in sight.
 *
 * Arrow keys move from row to row, Enter opens one; the grid keeps the focus and names its active row.
 */
import { connectionStates, healths } from "@sluice/machines";
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from "@tanstack/virtual-core";
import { html, nothing, render, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { type Column, columns } from "./columns.js";
import type { Fleet } from "./Fleet.js";
import { type ColumnName, type Filter, type Order, ordered } from "./Order.js";
import type { Row } from "./Row.js";
import { count } from "./Wording.js";

/**
 * By how wide the table is: on one line, where the longest recommendation has room beside the numbers; with the
 * recommendation on a line of its own, and fewer columns; or as cards.
 */
const layouts = [
  { name: "wide", fromPixels: 1_854, rowPixels: 32 },
  { name: "broad", fromPixels: 1_230, rowPixels: 54 },
  { name: "snug", fromPixels: 1_130, rowPixels: 54 },
  { name: "medium", fromPixels: 700, rowPixels: 54 },
  { name: "narrow", fromPixels: 0, rowPixels: 110 },
] as const;

type Layout = (typeof layouts)[number];

const headPixels = 32;
const filterable: ReadonlyArray<string> = [
  ...connectionStates.filter((state) => state !== "closed"),
  ...healths.filter((health) => health !== "healthy"),
];

export class TableView {
  readonly #tools: HTMLElement;
  readonly #scroller: HTMLElement;
  readonly #open: (id: string) => void;
  readonly #virtualizer: Virtualizer<HTMLElement, Element>;
  #fleet: Fleet | undefined;
  #unlisted = 0;
  #rows: ReadonlyArray<Row> = [];
  #order: Order = { by: "state", isDescending: true };
  #filter: Filter = { words: "", states: new Set() };
  /** The row that arrow keys move from, and the one that is open. */
  #active: string | undefined;
  #opened: string | undefined;
  #frame = 0;
  #layout: Layout = layouts[0];

  constructor(root: HTMLElement, open: (id: string) => void) {
    this.#open = open;
    this.#tools = root.appendChild(document.createElement("div"));
    this.#tools.className = "tools";
    this.#scroller = root.appendChild(document.createElement("div"));
    this.#scroller.className = "scroller";
    this.#virtualizer = new Virtualizer(this.#options(0));
    this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
    new ResizeObserver(() => this.#layOut()).observe(this.#scroller);
    this.#draw();
  }

  /** Shows the connections as they are now. `total` may be more than are listed. */
  update(fleet: Fleet, total: number): void {
    this.#fleet = fleet;
    this.#unlisted = Math.max(0, total - fleet.size);
    this.#arrange();
  }

  /** Marks the row of the connection that is open. */
  opened(id: string | undefined): void {
    this.#opened = id;
    if (id !== undefined) this.#active = id;
    this.#draw();
  }

  /** Lists those in a state only, or all again. */
  toggleState(state: string): void {
    const states = new Set(this.#filter.states);
    if (!states.delete(state)) states.add(state);
    this.#filter = { ...this.#filter, states };
    this.#arrange();
  }

  focus(): void {
    this.#scroller.querySelector("table")?.focus({ preventScroll: true });
  }

  #arrange(): void {
    this.#rows = ordered(this.#fleet?.rows ?? [], this.#order, this.#filter);
    this.#virtualizer.setOptions(this.#options(this.#rows.length));
    this.#virtualizer._willUpdate();
    this.#draw();
  }

  #layOut(): void {
    const { clientWidth } = this.#scroller;
    const layout = layouts.find(({ fromPixels }) => clientWidth >= fromPixels) ?? layouts[0];
    if (layout === this.#layout) return;
    this.#layout = layout;
    this.#arrange();
    this.#virtualizer.measure();
  }

  #options(rows: number) {
    return {
      count: rows,
      getScrollElement: () => this.#scroller,
      estimateSize: () => this.#layout.rowPixels,
      overscan: 12,
      scrollPaddingStart: headPixels,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => this.#drawSoon(),
    };
  }

  #drawSoon(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    render(this.#toolbar(), this.#tools);
    render(this.#table(), this.#scroller);
  }

  #toolbar(): TemplateResult {
    const known = this.#fleet?.size ?? 0;
    const { words, states } = this.#filter;
    const shown = this.#rows.length === known ? "" : `${count(this.#rows.length)} of `;
    const unlisted = this.#unlisted > 0 ? `, ${count(this.#unlisted)} more counted only` : "";
    return html`
      <h2>${shown}${count(known)} connections${unlisted}</h2>
      <input type="search" aria-label="Filter connections" placeholder="Filter: client, route, reason…"
        .value=${words} @input=${this.#search} @keydown=${this.#leaveSearch}>
      <div role="group" aria-label="Only these states">
        ${filterable.map(
          (
            state,
          ) => html`<button type="button" class="chip ${state}" aria-pressed=${states.has(state)}
            @click=${() => this.toggleState(state)}>${state} <b>${count(this.#tally(state))}</b></button>`,
        )}
      </div>`;
  }

  #tally(name: string): number {
    let number = 0;
    for (const { reading } of this.#fleet?.rows ?? []) {
      if (reading.state === name || reading.health === name) number++;
    }
    return number;
  }

  #table(): TemplateResult {
    const items = this.#virtualizer.getVirtualItems();
    const above = items[0]?.start ?? 0;
    const below = this.#virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
    const shown = items.flatMap(({ index }) => {
      const row = this.#rows[index];
      return row === undefined ? [] : [{ row, index }];
    });
    return html`
      <table role="grid" class=${this.#layout.name} tabindex="0" aria-label="Connections" aria-rowcount=${this.#rows.length + 1}
        aria-activedescendant=${this.#active === undefined ? nothing : `row-${this.#active}`}
        @keydown=${this.#key}>
        <thead><tr aria-rowindex="1">${columns.map((column) => this.#head(column))}</tr></thead>
        <tbody>
          <tr class="space" aria-hidden="true" style="height:${above}px"></tr>
          ${repeat(
            shown,
            ({ row }) => row.id,
            ({ row, index }) => this.#row(row, index),
          )}
          <tr class="space" aria-hidden="true" style="height:${below}px"></tr>
        </tbody>
      </table>`;
  }

  #head({ name, title, hint, isNumber }: Column): TemplateResult {
    const { by, isDescending } = this.#order;
    const sort = by !== name ? "none" : isDescending ? "descending" : "ascending";
    return html`<th scope="col" aria-sort=${sort} class="${name}${isNumber ? " number" : ""}">
      <button type="button" title=${hint} @click=${() => this.#sort(name)}>${title}</button></th>`;
  }

  #row(row: Row, index: number): TemplateResult {
    const { id, reading } = row;
    const marks = `${reading.state}${id === this.#active ? " active" : ""}`;
    return html`<tr id="row-${id}" class=${marks} aria-rowindex=${index + 2}
      aria-selected=${id === this.#opened} @click=${() => this.#open(id)}>
      ${columns.map(
        ({ name, cell, isNumber }) =>
          html`<td class="${name}${isNumber ? " number" : ""}">${cell(row)}</td>`,
      )}</tr>`;
  }

  #sort(by: ColumnName): void {
    const { by: before, isDescending } = this.#order;
    this.#order = { by, isDescending: by === before ? !isDescending : by !== "connection" };
    this.#arrange();
  }

  #search = ({ target }: Event): void => {
    this.#filter = { ...this.#filter, words: (target as HTMLInputElement).value };
    this.#arrange();
  };

  #leaveSearch = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      this.focus();
    }
  };

  #key = (event: KeyboardEvent): void => {
    // A button in the head has keys of its own.
    if ((event.target as Element).localName === "button") return;
    const at = this.#rows.findIndex(({ id }) => id === this.#active);
    const page = Math.max(1, Math.floor(this.#scroller.clientHeight / this.#layout.rowPixels) - 2);
    const to = target(event.key, at, this.#rows.length, page);
    if (event.key === "Enter" && this.#active !== undefined) this.#open(this.#active);
    else if (to === undefined) return;
    else {
      this.#active = this.#rows[to]?.id;
      this.#virtualizer.scrollToIndex(to, { align: "auto" });
      this.#drawSoon();
    }
    event.preventDefault();
  };
}

/** Where a key leads from a row, or undefined for a key that leads nowhere. */
function target(key: string, from: number, rows: number, page: number): number | undefined {
  const to = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: rows - 1,
  }[key];
  return to === undefined || rows === 0 ? undefined : Math.max(0, Math.min(rows - 1, to));
}
