/**
 * Bank files of a day (PAY-2): approved by an accountant or an admin when the day is closed and nothing of it is under
 * way, downloaded once. A second download is refused unless it is asked for, and is then the same file to the byte, with
 * the same message id, which a bank takes only once. Who was without a bank account goes into a further part.
 */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { Company } from "../../schemas/company.ts";
import { newUuid, type Uuid } from "../../schemas/ids.ts";
import { recordDeed } from "../audit-log.ts";
import {
  type BankFileResource,
  type DatedBankFile,
  deleteBankFile,
  findBankFile,
  insertBankFile,
  listBankFiles,
  type Payable,
  readPayable,
  takeBankFile,
  takePayouts,
  writeBankFile,
} from "../bank-file/bank-file-store.ts";
import { keyedCommandId } from "../command-id.ts";
import type { Database } from "../database.ts";
import { refusalOfRejection } from "../problem.ts";
import { notFound, Refusal } from "../refusal.ts";
import type { Route, RouteReply, RouteRequest } from "../route.ts";
import { inTransaction } from "../transaction.ts";
import { callerOf } from "./read-deps.ts";
import { answers, ok } from "./reply.ts";
import { PERSON } from "./resource-schemas.ts";
import {
  arrayOf,
  BUSINESS_DATE,
  COUNT,
  INSTANT,
  MINOR,
  object,
  oneOf,
  orNull,
  TEXT,
  UUID,
} from "./value-schemas.ts";

/** The company, and the account that it pays from. */
export interface Payer extends Pick<Company, "name" | "currency" | "timeZone"> {
  readonly iban: string;
}

export interface BankFileDeps {
  readonly database: Database;
  /** Undefined: no bank files here. */
  readonly payer: Payer | undefined;
  readonly nowMs: () => number;
}

const BANK_FILE = object({
  id: UUID,
  part: COUNT,
  messageId: TEXT,
  payouts: COUNT,
  totalMinor: MINOR,
  approvedBy: PERSON,
  approvedAt: INSTANT,
  downloads: COUNT,
  downloadedBy: orNull(PERSON),
  downloadedAt: orNull(INSTANT),
});
const PAYABLE = object({
  dayState: orNull(oneOf(["closing", "closed"])),
  underWay: { ...COUNT, description: "Payouts of which nobody knows yet whether the provider pays them." },
  ready: { ...COUNT, description: "Payouts that the next part would hold." },
  withoutIban: { ...COUNT, description: "Payouts of people who have given no IBAN." },
  peopleWithoutIban: { ...arrayOf(PERSON), description: "Whose they are, by name; of very many the first." },
});

const BASIS = {
  tag: "days",
  access: ["accountant", "admin"],
  params: { date: BUSINESS_DATE },
} as const satisfies Partial<Route>;

export function bankFileRoutes(deps: BankFileDeps): Route[] {
  return [listRoute(deps), approveRoute(deps), downloadRoute(deps)];
}

function listRoute({ database }: BankFileDeps): Route {
  return {
    ...BASIS,
    method: "GET",
    path: "/days/{date}/bank-files",
    summary: "The bank files of a day, and what a further one would hold",
    responses: answers(
      "The files",
      object({ items: arrayOf(BANK_FILE), next: { type: "null" }, payable: PAYABLE }),
    ),
    async handle({ params }) {
      const date = params.date as BusinessDate;
      const [items, payable] = await Promise.all([
        listBankFiles(database, date),
        readPayable(database, date),
      ]);
      if (payable.dayState === null && items.length === 0) throw notFound("There is no such closed date.");
      return ok({ items, next: null, payable });
    },
  };
}

function approveRoute(deps: BankFileDeps): Route {
  return {
    ...BASIS,
    method: "POST",
    path: "/days/{date}/bank-files",
    summary: "Approve a bank file of every payout that can be paid by one and is in none yet",
    idempotencyKey: "optional",
    responses: {
      201: { description: "The file; it can be downloaded now.", schema: BANK_FILE },
      409: {
        description: "The day is not closed, payouts are under way, or there is nothing to pay by a file.",
      },
    },
    handle: (request) => approve(deps, request),
  };
}

/** A file's id is its command's: a repeat finds the file that the first has made. */
async function approve(deps: BankFileDeps, request: RouteRequest): Promise<RouteReply> {
  const date = request.params.date as BusinessDate;
  const { idempotencyKey } = request;
  const id = idempotencyKey === undefined ? newUuid() : keyedCommandId(callerOf(request).id, idempotencyKey);
  const known = await findBankFile(deps.database, id);
  if (known?.businessDate === date) return { status: 201, body: shown(known), headers: REPLAYED };
  if (known !== undefined) throw refusalOfRejection("key_reused");
  const payable = await readPayable(deps.database, date);
  if (payable.dayState === null) throw notFound("There is no such closed date.");
  const { payer } = deps;
  if (payer === undefined)
    throw new Refusal(
      409,
      "company_iban_missing",
      "Bank files need the company's account: set ATES_COMPANY_IBAN.",
    );
  if (payable.dayState !== "closed") throw new Refusal(409, "day_not_closed", "The day is not closed yet.");
  if (payable.underWay > 0) throw underWay(payable);
  if (payable.ready === 0) throw nothingToPay(payable);
  const isTaken = await inTransaction(deps.database, (client) =>
    write(deps, client, request, { id, date, payer }),
  );
  if (!isTaken) throw nothingToPay(payable);
  const file = await findBankFile(deps.database, id);
  return { status: 201, body: file && shown(file) };
}

const REPLAYED = { "Idempotency-Replayed": "true" };
const MESSAGE_ID_RANDOM = 12;

/** False: somebody else has approved the same payouts a moment before, and this part would be empty. */
async function write(
  { nowMs }: BankFileDeps,
  client: Pick<Database, "query">,
  request: RouteRequest,
  { id, date, payer }: { readonly id: Uuid; readonly date: BusinessDate; readonly payer: Payer },
): Promise<boolean> {
  const createdAt = new Date(nowMs()).toISOString();
  const messageId = `ATES-${date}-${id.replaceAll("-", "").slice(-MESSAGE_ID_RANDOM)}`;
  const by = callerOf(request).id;
  const about = { id, businessDate: date, messageId, approvedBy: by, approvedAt: createdAt };
  const part = await insertBankFile(client, about);
  const transfers = await takePayouts(client, date, id);
  if (transfers.length === 0) {
    await deleteBankFile(client, id);
    return false;
  }
  const executionDate = Temporal.Instant.from(createdAt)
    .toZonedDateTimeISO(payer.timeZone)
    .toPlainDate()
    .toString();
  const { name: company, currency, iban: companyIban } = payer;
  const of = {
    messageId,
    createdAt,
    businessDate: date,
    executionDate,
    company,
    companyIban,
    currency,
  };
  const { pain001 } = await import("../bank-file/pain001.ts"); // its libraries are loaded by the first file
  const totalMinor = transfers.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  await writeBankFile(client, id, {
    text: pain001({ ...of, transfers }),
    payouts: transfers.length,
    totalMinor,
  });
  await recordDeed(
    client,
    { who: by, traceId: request.traceId },
    {
      action: "bank-file.approve",
      subject: `day/${date}`,
      detail: { part, messageId, payouts: transfers.length, totalMinor },
    },
  );
  return true;
}

function shown({ businessDate: _, ...file }: DatedBankFile): BankFileResource {
  return file;
}

function underWay({ underWay: count }: Payable): Refusal {
  return new Refusal(
    409,
    "payouts_under_way",
    `${count} payouts of the day are still under way; a file waits for them.`,
  );
}

function nothingToPay({ withoutIban }: Payable): Refusal {
  const missing = withoutIban === 0 ? "" : ` ${withoutIban} payouts wait for an IBAN of their people.`;
  const detail = `No payout of the day is left to be paid by a file: the provider has paid it, or it is in a file already.${missing}`;
  return new Refusal(409, "nothing_to_pay", detail);
}

/** It reads, and is done once: a program that may only read would use it up. */
function downloadRoute(deps: BankFileDeps): Route {
  return {
    ...BASIS,
    scope: "money",
    method: "GET",
    path: "/days/{date}/bank-file",
    summary:
      "Download an approved bank file, once; a second time only with `again=true`, and then the same file",
    query: {
      part: {
        type: "integer",
        minimum: 1,
        maximum: 10_000,
        description: "Default: the first that nobody has downloaded.",
      },
      again: { type: "boolean", description: "Although it was downloaded before." },
    },
    responses: {
      200: { description: "ISO 20022 pain.001.001.09.", type: "application/xml" },
      409: { description: "Nothing is approved, or it was downloaded before." },
    },
    handle: (request) => download(deps, request),
  };
}

async function download({ database }: BankFileDeps, request: RouteRequest): Promise<RouteReply> {
  const date = request.params.date as BusinessDate;
  const { again = false, part } = request.query as { again?: boolean; part?: number };
  const files = await listBankFiles(database, date);
  const { dayState } = await readPayable(database, date);
  if (dayState === null) throw notFound("There is no such closed date.");
  const file = chosen(files, part);
  if (request.isHead === true) return ok(Buffer.alloc(0), headersOf(file));
  const by = callerOf(request).id;
  const taken = await inTransaction(database, async (client) => {
    const text = await takeBankFile(client, { id: file.id, by, again });
    if (text === undefined) return undefined;
    const detail = { part: file.part, messageId: file.messageId, again };
    await recordDeed(
      client,
      { who: by, traceId: request.traceId },
      {
        action: "bank-file.download",
        subject: `day/${date}`,
        detail,
      },
    );
    return text;
  });
  if (taken === undefined)
    throw downloaded((await listBankFiles(database, date)).find(({ id }) => id === file.id) ?? file);
  return ok(Buffer.from(taken), headersOf(file));
}

function headersOf({ messageId }: BankFileResource): Readonly<Record<string, string>> {
  return {
    "Content-Type": "application/xml; charset=utf-8",
    "Content-Disposition": `attachment; filename="${messageId}.xml"`,
  };
}

function chosen(files: readonly BankFileResource[], part: number | undefined): BankFileResource {
  const file =
    part === undefined
      ? (files.find(({ downloads }) => downloads === 0) ?? files.at(-1))
      : files.find((each) => each.part === part);
  if (file !== undefined) return file;
  if (part !== undefined) throw notFound(`The day has no bank file ${part}.`);
  throw new Refusal(409, "bank_file_not_approved", "No bank file of the day is approved yet.");
}

function downloaded({ downloadedBy, downloadedAt, part }: BankFileResource): Refusal {
  const detail = `Part ${part} was downloaded by ${downloadedBy?.name ?? "somebody"} at ${downloadedAt}. Add again=true for the same file once more; a bank takes its message id only once.`;
  return new Refusal(409, "bank_file_downloaded", detail);
}
