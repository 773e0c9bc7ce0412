/**
 * The ways of arrows between states that stand in ranks.
 *
 * An arrow is straight within a rank, beside its label, and bends only between two ranks, where there are neither
 * states nor labels: so no line meets a label, whatever the statechart. Each label stands outside of its line, seen
 * from the states.
 */
import type { Size } from "./Lettering.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle by its middle. */
export interface Place extends Point, Size {}

/** Where the ranks follow each other: downwards, or to the right. */
export type Direction = "down" | "across";

/** An arrow before it has a way. */
export interface Course {
  readonly from: Place;
  readonly to: Place;
  /** Where it passes the ranks between the two, in order. */
  readonly passes: ReadonlyArray<Point>;
  /** The room of its label in one of those ranks, with the line at its edge; undefined without a label. */
  readonly label: Place | undefined;
}

/** Two ends, and what they are bent towards: a cubic Bézier curve. */
export type Bend = readonly [Point, Point, Point, Point];

/** How far apart two arrows end on one side of a state, and from its corners, in pixels. */
const portPixels = 16;
const cornerPixels = 10;

/** The points that each arrow goes through, in the order of the courses. */
export function routes(
  courses: ReadonlyArray<Course>,
  places: Iterable<Place>,
  direction: Direction,
): ReadonlyArray<ReadonlyArray<Point>> {
  if (direction === "across") {
    const down = routes(courses.map(turnedCourse), [...places].map(turned), "down");
    return down.map((points) => points.map(({ x, y }) => ({ x: y, y: x })));
  }
  const labels = courses.flatMap(({ label }) => label ?? []);
  const halfOf = halvesOfRanks([...places, ...labels]);
  const lines = straightened(courses.map(besideLabel), [...places, ...labels]);
  const ports = new Ports();
  for (const line of lines) {
    ports.ask(line.from, line.passes[0] ?? line.to);
    ports.ask(line.to, line.passes.at(-1) ?? line.from);
  }
  return lines.map(({ from, to, passes }) => {
    const onward = to.y > from.y ? 1 : -1;
    const [start, end] = [ports.give(from, passes[0] ?? to), ports.give(to, passes.at(-1) ?? from)];
    return withoutRepeats([
      { x: start, y: from.y + (onward * from.height) / 2 },
      { x: start, y: from.y + onward * halfOf(from.y) },
      ...passes.flatMap(({ x, y }) => [
        { x, y: y - onward * halfOf(y) },
        { x, y: y + onward * halfOf(y) },
      ]),
      { x: end, y: to.y - onward * halfOf(to.y) },
      { x: end, y: to.y - (onward * to.height) / 2 },
    ]);
  });
}

/** Whether a label stands on the left of its line, or above it where the ranks go across. */
export function standsBefore({ from, to, label }: Course, direction: Direction): boolean {
  const axis = direction === "down" ? "x" : "y";
  return label !== undefined && label[axis] < (from[axis] + to[axis]) / 2;
}

/** The curve through the points: it leaves and reaches each of them in the direction of the ranks. */
export function bends(points: ReadonlyArray<Point>, direction: Direction): ReadonlyArray<Bend> {
  return points.slice(1).map((end, index) => {
    const start = points[index] as Point;
    const [x, y] = [(start.x + end.x) / 2, (start.y + end.y) / 2];
    return direction === "across"
      ? [start, { x, y: start.y }, { x, y: end.y }, end]
      : [start, { x: start.x, y }, { x: end.x, y }, end];
  });
}

/** A course with where its line stands at its label. */
interface Line extends Course {
  readonly edge: number | undefined;
}

/** The line passes its label at that edge which looks towards the states. */
function besideLabel(course: Course): Line {
  const { label } = course;
  if (label === undefined) return { ...course, edge: undefined };
  const half = standsBefore(course, "down") ? label.width / 2 : -label.width / 2;
  return { ...course, edge: label.x + half };
}

/** Moves the lines to the edge of their labels, and in other ranks as well where nothing is in between. */
function straightened(
  lines: ReadonlyArray<Line>,
  places: ReadonlyArray<Place>,
): ReadonlyArray<Line> {
  return lines.map((line) => {
    const { edge, label, passes } = line;
    if (edge === undefined || label === undefined) return line;
    const others = lines.filter((other) => other !== line);
    const isFree = ({ x, y }: Point) =>
      others.every((other) =>
        other.passes.every(
          (pass) => !isSame(pass.y, y) || areApart([x, edge], [pass.x, other.edge]),
        ),
      ) &&
      places.every(
        (place) =>
          !isSame(place.y, y) ||
          areApart([x, edge], [place.x - place.width / 2, place.x + place.width / 2]),
      );
    return {
      ...line,
      passes: passes.map((pass) => ({
        x: isSame(pass.y, label.y) || isFree(pass) ? edge : pass.x,
        y: pass.y,
      })),
    };
  });
}

/** Whether there is room between two spans. */
function areApart(
  [a, b]: readonly [number, number],
  [c, d = c]: readonly [number, number | undefined],
): boolean {
  return (
    Math.max(a, b) + cornerPixels < Math.min(c, d) || Math.max(c, d) + cornerPixels < Math.min(a, b)
  );
}

/** Half the height of the rank whose middle is at a height. */
function halvesOfRanks(places: ReadonlyArray<Place>): (y: number) => number {
  return (y) =>
    Math.max(0, ...places.filter((one) => isSame(one.y, y)).map(({ height }) => height / 2));
}

/** Where arrows end on the upper and lower side of each state: apart from each other, and crossing none. */
class Ports {
  readonly #wishes = new Map<string, { readonly place: Place; readonly towards: Array<Point> }>();

  ask(place: Place, towards: Point): void {
    const side = sideOf(place, towards);
    const known = this.#wishes.get(side);
    if (known === undefined) this.#wishes.set(side, { place, towards: [towards] });
    else known.towards.push(towards);
  }

  give(place: Place, towards: Point): number {
    const asked = this.#wishes.get(sideOf(place, towards))?.towards ?? [];
    const wishes = [...asked].sort((a, b) => a.x - b.x);
    const half = Math.max(0, place.width / 2 - cornerPixels);
    const [least, most] = [place.x - half, place.x + half];
    const apart = Math.min(portPixels, (most - least) / Math.max(1, wishes.length - 1));
    const given = wishes.map(({ x }) => Math.max(least, Math.min(most, x)));
    for (let at = 1; at < given.length; at++) {
      given[at] = Math.max(given[at] as number, (given[at - 1] as number) + apart);
    }
    let limit = most;
    for (let at = given.length - 1; at >= 0; at--, limit -= apart) {
      given[at] = Math.min(given[at] as number, limit);
    }
    return given[wishes.indexOf(towards)] ?? place.x;
  }
}

function sideOf({ x, y }: Place, towards: Point): string {
  return `${x} ${y} ${towards.y > y ? "below" : "above"}`;
}

function withoutRepeats(points: ReadonlyArray<Point>): ReadonlyArray<Point> {
  return points.filter((point, at) => {
    const before = points[at - 1];
    return before === undefined || !isSame(before.x, point.x) || !isSame(before.y, point.y);
  });
}

function turned({ x, y, width, height }: Place): Place {
  return { x: y, y: x, width: height, height: width };
}

function turnedCourse({ from, to, passes, label }: Course): Course {
  return {
    from: turned(from),
    to: turned(to),
    passes: passes.map(({ x, y }) => ({ x: y, y: x })),
    label: label && turned(label),
  };
}

function isSame(one: number, other: number): boolean {
  return Math.abs(one - other) < 0.01;
}
