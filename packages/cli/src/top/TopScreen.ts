/** Where `sluice top` writes: the whole of a terminal, redrawn in place, or else a line at a time, of text or of JSON. */
import type { Screen } from "../Screen.js";

/** What is shown at a moment. */
export interface TopView {
  /** For a terminal: what is at the top, and the table below it. */
  readonly head: ReadonlyArray<string>;
  readonly table: ReadonlyArray<string>;
  /** For lines that stay: what is at the top, without the keys. */
  readonly lasting: ReadonlyArray<string>;
  /** For anything else. */
  readonly line: string;
  /** For a script. */
  readonly data: object;
}

const enter = "\x1b[?1049h\x1b[?25l";
const leave = "\x1b[?25h\x1b[?1049l";

export class TopScreen {
  readonly #screen: Screen;
  #isOpen = false;

  readonly #form: "text" | "json";

  constructor(screen: Screen, form: "text" | "json" = "text") {
    this.#screen = screen;
    this.#form = form;
  }

  /** On a terminal, something to see before there is anything to show. */
  begin(line: string): void {
    if (this.#form === "text" && this.#screen.isTTY) this.#redraw([line]);
  }

  /** The whole of a view, as lines that stay. */
  print(view: TopView): void {
    if (this.#form === "json") this.#writeJson(view);
    else this.#screen.write(`${[...view.lasting, "", ...view.table].join("\n")}\n`);
  }

  show(view: TopView): void {
    if (this.#form === "json") this.#writeJson(view);
    else if (this.#screen.isTTY) this.#redraw([...view.head, ...view.table]);
    else this.#screen.write(`${view.line}\n`);
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (this.#isOpen) this.#screen.write(leave);
    this.#isOpen = false;
  }

  #writeJson({ data }: TopView): void {
    this.#screen.write(`${JSON.stringify(data)}\n`);
  }

  #redraw(lines: ReadonlyArray<string>): void {
    const { rows = 24, columns = 80 } = this.#screen;
    const shown = lines.slice(0, rows).map((line) => `${line.slice(0, columns)}\x1b[K`);
    const begin = this.#isOpen ? "" : enter;
    this.#isOpen = true;
    this.#screen.write(`${begin}\x1b[H${shown.join("\r\n")}\x1b[J`);
  }
}
