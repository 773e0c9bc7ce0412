/** How much room the small print of the chart takes. It is set in a monospaced face, so that this can be known. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const fontPixels = 12;
export const linePixels = 16;

/** Of a monospaced face, as a share of its size: Menlo, Consolas, DejaVu and Liberation have 0.55 to 0.61. */
const advance = 0.61;

/** As wide as how often an event was is written at the most: what has a thousand and more is shortened. */
export const tallyRoom = "×1.23K";

/** The widest that a line of several words gets, in characters. */
const maxCharacters = 26;

/** The room that lines of small print take, in pixels. */
export function sizeOfLines(lines: ReadonlyArray<string>): Size {
  const longest = Math.max(0, ...lines.map((line) => line.length));
  return { width: longest * fontPixels * advance, height: lines.length * linePixels };
}

/** Words, with commas between them, in as few lines as hold them. */
export function wrapped(words: ReadonlyArray<string>): ReadonlyArray<string> {
  const lines: Array<string> = [];
  let line = "";
  words.forEach((word, index) => {
    const item = index < words.length - 1 ? `${word},` : word;
    if (line !== "" && line.length + 1 + item.length > maxCharacters) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? item : `${line} ${item}`;
  });
  return line === "" ? lines : [...lines, line];
}
