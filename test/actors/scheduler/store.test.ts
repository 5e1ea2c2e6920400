import { expect } from "chai";
import {
  personKey,
  type Schedule,
  type SchedulerEntity,
  scheduleKey,
} from "../../../actors/scheduler/state.ts";
import { schedulerStore } from "../../../actors/scheduler/store.ts";
import type { BusinessDate } from "../../../schemas/business-date.ts";
import type { ScheduleId, UserId } from "../../../schemas/ids.ts";
import { minor } from "../../../schemas/money.ts";
import { nextId } from "../../support/said.ts";
import { saveBy } from "../../support/save.ts";
import { newWorld, type World } from "../../support/world.ts";

const at = "2026-06-01T10:00:00.000Z";

function schedule(more: Partial<Schedule> = {}): Schedule {
  const id = nextId() as ScheduleId;
  return {
    key: scheduleKey(id),
    id,
    name: `Ж "x" {a,b} \\`,
    cron: "0 6 1 * *",
    catchUp: "one",
    work: { kind: "bonus", amountMinor: minor(500), reason: `Ж "x" {a,b} \\`, roles: ["employee", "admin"] },
    isPaused: false,
    isRemoved: false,
    revision: 3,
    nextDueAt: at,
    lastFiredAt: undefined,
    timesFired: 7,
    writtenBy: nextId() as UserId,
    ...more,
  };
}

describe("the scheduler's tables", function () {
  this.timeout(120_000);
  let world: World;
  const running = schedule();
  const removed = schedule({ isRemoved: true, nextDueAt: undefined, lastFiredAt: at, writtenBy: undefined });
  const people = Array.from({ length: 5 }, (_, i) => {
    const id = nextId() as UserId;
    return { key: personKey(id), id, role: "employee", active: i !== 2 } as const;
  });

  before(async () => {
    world = await newWorld();
    const rows: SchedulerEntity[] = [running, removed, ...people];
    await saveBy(schedulerStore, world.pool, 0, rows, []);
  });
  after(() => world.end());

  it("JOB-1: the installation brings the schedule of month statements, once, with its timer", async () => {
    const opened = (await schedulerStore.open(world.pool, 0)) as Schedule[];
    const [statement, ...others] = opened.filter(({ key }) => key !== running.key && key !== removed.key);
    expect(others).to.deep.equal([]);
    expect(statement).to.include({ cron: "0 6 1 * *", catchUp: "all", revision: 1, writtenBy: undefined });
    const { rows } = await world.pool.query<{ due_at: string; data: { dueAt: string } }>(
      "select due_at, envelope::jsonb -> 'data' as data from later where envelope::jsonb ->> 'type' = 'schedule.due'",
    );
    expect(rows.map(({ data }) => data.dueAt)).to.deep.equal([statement?.nextDueAt]);
    expect(rows[0]?.due_at).to.equal(statement?.nextDueAt);
  });

  it("G6: every schedule comes back as it was saved, removed ones too, and the last form counts", async () => {
    const paused = { ...running, isPaused: true, revision: 4, nextDueAt: undefined };
    await saveBy(schedulerStore, world.pool, 0, [paused], []);
    const opened = await schedulerStore.open(world.pool, 0);
    expect(opened).to.deep.include(paused);
    expect(opened).to.deep.include(removed);
  });

  it("G6: people come back by id, and in pages by id", async () => {
    const [first, second] = people;
    expect(await schedulerStore.load(world.pool, 0, [first?.key ?? ""])).to.deep.equal([first]);
    const page = (after: string | undefined) =>
      schedulerStore.page?.(world.pool, 0, { name: "people", after, limit: 2 });
    const ordered = [...people].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(await page(undefined)).to.deep.equal(ordered.slice(0, 2));
    expect(await page(ordered[1]?.id)).to.deep.equal(ordered.slice(2, 4));
    await saveBy(schedulerStore, world.pool, 0, [{ ...second, active: false } as SchedulerEntity], []);
    expect(await schedulerStore.load(world.pool, 0, [second?.key ?? ""])).to.deep.equal([
      { ...second, active: false },
    ]);
  });

  it("DAY-6: the date up to which days are sealed comes back, the last one", async () => {
    for (const upTo of ["2026-06-01", "2026-06-02"] as BusinessDate[]) {
      await saveBy(schedulerStore, world.pool, 0, [{ key: "sealed", upTo }], []);
      expect(await schedulerStore.open(world.pool, 0)).to.deep.include({ key: "sealed", upTo });
    }
  });
});
