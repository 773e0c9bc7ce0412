/** Whoever follows everyone visits each once and leaves each once, whatever happens meanwhile. */
import { ConnectionRegistry } from "@sluice/runtime";
import { describe, expect, test } from "vitest";

const one = (id: string) => ({ id, health: "healthy", recommendation: () => ({}) }) as never;

/** A registry whose follower writes down whom it visits and leaves. */
function followed(present: ReadonlyArray<string> = []) {
  const errors: Array<unknown> = [];
  const registry = new ConnectionRegistry<{ readonly id: string } & never>({
    onError: (error) => errors.push(error),
  });
  for (const id of present) registry.add(one(id));
  const told: Array<string> = [];
  const stop = registry.follow(({ id }: { readonly id: string }) => {
    told.push(`came ${id}`);
    return () => void told.push(`went ${id}`);
  });
  return { registry, told, errors, stop };
}

const remove = (registry: ReturnType<typeof followed>["registry"], id: string) =>
  registry.remove(registry.get(id) as never);

describe("a follower", () => {
  test("visits those who are there and those who come, and leaves each when it goes", () => {
    const { registry, told } = followed(["a"]);
    registry.add(one("b"));
    remove(registry, "a");
    expect(told).toEqual(["came a", "came b", "went a"]);
  });

  test("that stops leaves everyone once, and hears of nobody any more", () => {
    const { registry, told, stop } = followed(["a", "b"]);
    stop();
    stop();
    registry.add(one("c"));
    remove(registry, "a");
    expect(told).toEqual(["came a", "came b", "went a", "went b"]);
  });

  test("that lets go whom it visits leaves it at once", () => {
    const { registry } = followed();
    const told: Array<string> = [];
    registry.follow(({ id }: { readonly id: string }) => {
      remove(registry, id);
      return () => void told.push(`went ${id}`);
    });
    registry.add(one("a"));
    expect(told).toEqual(["went a"]);
  });

  test("does not hear of one who has gone before its turn", () => {
    const { registry, told } = followed();
    registry.onAdded(({ id }: { readonly id: string }) => void remove(registry, id));
    registry.add(one("a"));
    expect(told).toEqual([]);
  });

  test("that fails, now or later, coming or leaving, harms nobody else and is heard of", async () => {
    const { registry, told, errors } = followed();
    const fail = (words: string) => () => {
      throw new Error(words);
    };
    const words = () => errors.map((error) => (error as Error).message);
    registry.follow(fail("visit"));
    registry.follow((async () => fail("later")()) as never);
    registry.follow(() => fail("leave"));
    const last = followed();
    registry.follow(() => () => void last.told.push("left"));
    registry.add(one("a"));
    remove(registry, "a");
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(["came a", "went a"]);
    expect(last.told).toEqual(["left"]);
    expect(words().toSorted()).toEqual(["later", "leave", "visit"]);
  });

  test("must be a function", () => {
    expect(() => followed().registry.follow(5 as never)).toThrow("visit must be a function, not 5");
  });
});
