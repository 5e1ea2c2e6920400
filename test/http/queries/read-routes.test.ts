import { expect } from "chai";
import knex from "knex";
import { openapiOf } from "../../../http/openapi.ts";
import { readRoutes } from "../../../http/routes/read-routes.ts";

/** Every read of api.md that this part serves, and who may ask. */
const CONTRACT: Readonly<Record<string, string>> = {
  "/company": "signed-in",
  "/me": "signed-in",
  "/users": "signed-in",
  "/users/{id}": "signed-in",
  "/tasks": "signed-in",
  "/tasks.csv": "signed-in",
  "/tasks/summary": "signed-in",
  "/tasks/shuffle-preview": "manager,admin",
  "/tasks/{id}": "signed-in",
  "/tasks/{id}/history": "signed-in",
  "/jobs/{id}": "signed-in",
  "/jobs/{id}/rejected.csv": "signed-in",
  "/accounts/me": "signed-in",
  "/accounts": "accountant,admin",
  "/accounts/{userId}": "signed-in",
  "/accounts/{userId}/entries": "signed-in",
  "/accounts/{userId}/entries.csv": "signed-in",
  "/accounts/{userId}/statement": "signed-in",
  "/corrections": "accountant,admin",
  "/earnings": "accountant,admin",
  "/days": "accountant,admin",
  "/days/{date}": "accountant,admin",
  "/payouts": "signed-in",
  "/payouts/{id}": "signed-in",
  "/analytics/today": "admin",
  "/analytics/today.csv": "admin",
  "/analytics/income": "admin",
  "/analytics/income.csv": "admin",
  "/analytics/negative": "admin",
  "/analytics/negative.csv": "admin",
  "/analytics/top-task": "admin",
  "/analytics/top-task.csv": "admin",
  "/webhooks": "admin",
  "/webhooks/{id}": "admin",
  "/webhooks/{id}/deliveries": "admin",
  "/mails": "accountant,admin",
  "/schedules": "admin",
  "/schedules/due-times": "admin",
};

describe("queries: the table of read routes", () => {
  const database = knex({ client: "pg" });
  const routes = readRoutes({ database });

  it("is the contract's, path by path, each with its readers", () => {
    expect(Object.fromEntries(routes.map((route) => [route.path, String(route.access)]))).to.deep.equal(
      CONTRACT,
    );
    expect(new Set(routes.map((route) => route.method))).to.deep.equal(new Set(["GET"]));
  });

  it("has the account of oneself before that of an id, which would take `me` for one", () => {
    const paths = routes.map((route) => route.path);
    expect(paths.indexOf("/accounts/me")).to.be.lessThan(paths.indexOf("/accounts/{userId}"));
  });

  it("EDGE-1: is a document in which every operation has its own id and every list its pages", () => {
    const document = openapiOf(routes, "1") as {
      paths: Record<string, { get: { operationId: string; parameters: { name: string }[] } }>;
    };
    const operations = Object.values(document.paths).map((path) => path.get);
    expect(new Set(operations.map((operation) => operation.operationId)).size).to.equal(routes.length);
    for (const list of [
      "users",
      "tasks",
      "tasks/{id}/history",
      "accounts",
      "accounts/{userId}/entries",
      "days",
      "payouts",
    ]) {
      const names = document.paths[`/api/v1/${list}`]?.get.parameters.map((parameter) => parameter.name);
      expect(names, list).to.include.members(["limit", "cursor"]);
    }
  });

  it("EDGE-3: with a guard, no read reaches Postgres while it is away", async () => {
    const away = new Error("away");
    const guarded = readRoutes({ database, guard: () => Promise.reject(away) });
    for (const route of guarded) {
      const refused = await route.handle({} as never).catch((error: unknown) => error);
      expect(refused).to.equal(away);
    }
  });
});
