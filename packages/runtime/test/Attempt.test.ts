/** What goes wrong in other people's code is heard, now and later, and goes no further. */
import { runInNewContext } from "node:vm";
import { attempt, hear } from "@sluice/runtime";
import { expect, test } from "vitest";

/** What is heard of a function, by the time that promises have had their turns. */
async function heardOf(act: () => unknown): Promise<ReadonlyArray<unknown>> {
  const heard: Array<unknown> = [];
  attempt(act, (error) => heard.push(error));
  await new Promise((resolve) => setImmediate(resolve));
  return heard;
}

/** Made in another realm, where nothing is an instance of what is known here. */
const elsewhere = (code: string) => () => runInNewContext(code) as unknown;

test.each([
  [
    "a throw",
    () => {
      throw "now";
    },
    ["now"],
  ],
  ["a promise that rejects", () => Promise.reject("later"), ["later"]],
  ["a promise of another realm", elsewhere("Promise.reject('later')"), ["later"]],
  ["a thenable that rejects", elsewhere("({ then: (_, reject) => reject('later') })"), ["later"]],
  [
    "a function that is a thenable",
    elsewhere("Object.assign(() => {}, { then: (_, reject) => reject('later') })"),
    ["later"],
  ],
  ["a promise that is kept", () => Promise.resolve("well"), []],
  ["nothing", () => undefined, []],
  ["null", () => null, []],
  ["a number", () => 5, []],
  ["an object without a then", () => ({}), []],
  ["an object whose then is no function", elsewhere("({ then: 5 })"), []],
])("of %s is heard what is wrong in it, once", async (_, act, heard) => {
  expect(await heardOf(act)).toEqual(heard);
});

test("a result is heard of by itself, too", async () => {
  const heard: Array<unknown> = [];
  hear(Promise.reject("later"), (error) => heard.push(error));
  hear(undefined, (error) => heard.push(error));
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual(["later"]);
});
