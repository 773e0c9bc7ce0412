/** An outbox on a budget for many: what its account tells, and what it gives up. */
import {
  Account,
  type AccountParts,
  type Budget,
  configuration,
  imbalance,
  Outbox,
} from "@sluice/core";
import { expect, test } from "vitest";

/** A budget that notes what it is told, and has been exceeded when a test says so. */
class Notes implements Budget<string> {
  isUrgent = false;
  readonly notes: Array<string> = [];
  readonly held: Array<string> = [];
  enforcing: () => void = () => {};

  open(parts: AccountParts<string>, owner: Account<string> | undefined): Account<string> {
    return new Account(parts, this, owner);
  }
  joined(_account: Account<string>): void {
    this.notes.push("joined");
  }
  left(_account: Account<string>): void {
    this.notes.push("left");
  }
  hold(message: string): void {
    this.held.push(message);
  }
  release(message: string): void {
    this.held.splice(this.held.indexOf(message), 1);
  }
  gaveUp(bytes: number): void {
    this.notes.push(`gave up ${bytes}`);
  }
  enforce(): void {
    this.notes.push("enforced");
    this.enforcing();
  }
}

function outboxOn(budget: Budget<string>) {
  const outbox = new Outbox<string>({
    configuration: configuration({ maxMessages: 3 }),
    sizeOf: (text) => text.length,
    now: () => 0,
    budget,
  });
  return { outbox, account: outbox.account as Account<string> };
}

test("nothing is told of an outbox that keeps up; of one that is behind everything, in order, until it is empty", () => {
  const budget = new Notes();
  const { outbox, account } = outboxOn(budget);
  for (const text of ["a", "b"]) outbox.offer(text);
  expect(budget.held).toEqual([]);
  account.fallBehind();
  account.fallBehind();
  expect(budget.held).toEqual(["a", "b"]);
  for (const text of ["c", "d", "e"]) outbox.offer(text);
  expect(budget.held).toEqual(["c", "d", "e"]);
  outbox.delivered(3);
  expect([budget.held, budget.notes]).toEqual([[], ["joined", "left"]]);
  outbox.offer("f");
  expect(budget.held).toEqual([]);
});

test("an empty outbox is not behind, whatever is said of it", () => {
  const budget = new Notes();
  outboxOn(budget).account.fallBehind();
  expect(budget.notes).toEqual([]);
});

test("a budget that cannot wait is enforced when the outbox is whole, once", () => {
  const budget = new Notes();
  const { outbox, account } = outboxOn(budget);
  outbox.offer("a");
  account.fallBehind();
  budget.isUrgent = true;
  budget.enforcing = () => expect(outbox.stats().enqueued.messages).toBe(2);
  outbox.offer("b");
  expect(budget.notes).toEqual(["joined", "enforced"]);
});

test("R1 · what is given up leaves from the head, counted once, as a loss to slowness", () => {
  const budget = new Notes();
  const { outbox, account } = outboxOn(budget);
  for (const text of ["a", "bb", "c"]) outbox.offer(text);
  account.fallBehind();
  account.shed(() => outbox.length === 1);
  expect(outbox.peek()).toBe("c");
  expect(outbox.state).toBe("normal");
  const stats = outbox.stats();
  expect(stats.dropped.shed).toEqual({ messages: 2, bytes: 3 });
  expect(stats.dropRate.lifetime).toBe(2 / 3);
  expect(imbalance(stats)).toEqual({ messages: 0, bytes: 0 });
  expect(outbox.departed + outbox.length).toBe(3);
  expect(budget.notes).toEqual(["joined", "gave up 1", "gave up 2"]);
});
