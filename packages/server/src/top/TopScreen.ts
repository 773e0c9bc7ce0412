/** Where `sluice top` writes: the whole of a terminal, redrawn in place, or else a line at a time. */
import type { Screen } from "../LiveTable.js";

/** What is shown at a moment. */
export interface TopView {
  /** For a terminal: what is at the top, and the table below it. */
  readonly head: ReadonlyArray<string>;
  readonly table: ReadonlyArray<string>;
  /** For anything else. */
  readonly line: string;
}

const enter = "\x1b[?1049h\x1b[?25l";
const leave = "\x1b[?25h\x1b[?1049l";

export class TopScreen {
  readonly #screen: Screen;
  #isOpen = false;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  show(view: TopView): void {
    if (this.#screen.isTTY) this.#redraw([...view.head, ...view.table]);
    else this.#screen.write(`${view.line}\n`);
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (this.#isOpen) this.#screen.write(leave);
    this.#isOpen = false;
  }

  #redraw(lines: ReadonlyArray<string>): void {
    const { rows = 24, columns = 80 } = this.#screen;
    const shown = lines.slice(0, rows).map((line) => `${line.slice(0, columns)}\x1b[K`);
    const begin = this.#isOpen ? "" : enter;
    this.#isOpen = true;
    this.#screen.write(`${begin}\x1b[H${shown.join("\r\n")}\x1b[J`);
  }
}
