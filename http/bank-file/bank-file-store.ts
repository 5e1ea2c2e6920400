/**
 * Bank files and what is in them: SQL of `bank_files` and `bank_file_payouts` (PAY-2). A payout is in one file at most,
 * by the table's key, whoever approves at the same time; a file's text is kept as it was approved.
 */
import type { BusinessDate } from "../../schemas/business-date.ts";
import type { PayoutId, UserId, Uuid } from "../../schemas/ids.ts";
import type { Database } from "../database.ts";
import type { Transfer } from "./pain001.ts";

type Queryable = Pick<Database, "query">;

export interface BankFileResource {
  readonly id: Uuid;
  readonly part: number;
  readonly messageId: string;
  readonly payouts: number;
  readonly totalMinor: number;
  readonly approvedBy: { readonly id: UserId; readonly name: string };
  readonly approvedAt: string;
  readonly downloads: number;
  /** Of the first download. */
  readonly downloadedBy: { readonly id: UserId; readonly name: string } | null;
  readonly downloadedAt: string | null;
}

/** How the payouts of a date stand to bank files. */
export interface Payable {
  /** Null: the day-close actor does not know of the date. */
  readonly dayState: "closing" | "closed" | null;
  /** On their way to the provider: nobody knows yet whether it pays them. */
  readonly underWay: number;
  /** Settled, not in a file, and with a bank account to pay to. */
  readonly ready: number;
  readonly withoutIban: number;
  /** Whose they are, by name; of very many the first. */
  readonly peopleWithoutIban: readonly { readonly id: UserId; readonly name: string }[];
}

const NAMED_MAX = 100;

/** The sandbox moves no money, so what it has settled is for a file to pay; a real provider has paid. */
const OPEN_PAYOUTS = `
  select p.id, p.account_id, p.amount, coalesce(p.payee ->> 'iban', payees.iban) as iban,
         coalesce(p.payee ->> 'holder', payees.holder) as holder
    from payouts p left join payees on payees.account_id = p.account_id
   where p.business_date = $1::date and p.state = 'settled' and p.provider = 'sandbox'
     and not exists (select from bank_file_payouts f where f.payout_id = p.id)`;

export async function readPayable(database: Queryable, date: BusinessDate): Promise<Payable> {
  const { rows } = await database.query<Payable>(
    `with open as (${OPEN_PAYOUTS})
     select (select state from days where business_date = $1::date) as "dayState",
            (select count(*)::int from payouts
              where business_date = $1::date and state in ('requested', 'submitted')) as "underWay",
            (select count(*)::int from open where iban is not null) as ready,
            (select count(*)::int from open where iban is null) as "withoutIban",
            (select coalesce(jsonb_agg(person order by person ->> 'name'), '[]')
               from (select jsonb_build_object('id', users.id, 'name', users.name) as person
                       from open join users on users.id = open.account_id
                      where iban is null order by users.name limit $2) named) as "peopleWithoutIban"`,
    [date, NAMED_MAX],
  );
  return rows[0] as Payable;
}

export interface NewBankFile {
  readonly id: Uuid;
  readonly businessDate: BusinessDate;
  readonly messageId: string;
  readonly approvedBy: UserId;
  readonly approvedAt: string;
}

/** The next part of the date; whoever approves at the same time waits for the other's commit. */
export async function insertBankFile(client: Queryable, file: NewBankFile): Promise<number> {
  await client.query("select pg_advisory_xact_lock(hashtext('bank file of ' || $1))", [file.businessDate]);
  const { rows } = await client.query<{ part: number }>(
    `insert into bank_files (id, business_date, part, message_id, approved_by, approved_at)
     select $1::uuid, $2::date, coalesce(max(part), 0) + 1, $3, $4::uuid, $5::timestamptz
       from bank_files where business_date = $2::date
     returning part`,
    [file.id, file.businessDate, file.messageId, file.approvedBy, file.approvedAt],
  );
  return rows[0]?.part ?? 0;
}

/** Takes every open payout of the date with a bank account into the file. */
export async function takePayouts(client: Queryable, date: BusinessDate, fileId: Uuid): Promise<Transfer[]> {
  const { rows } = await client.query<{ id: PayoutId; amount: number; iban: string; holder: string }>(
    `with open as (${OPEN_PAYOUTS}), taken as (
       insert into bank_file_payouts (payout_id, file_id) select id, $2::uuid from open where iban is not null
       returning payout_id)
     select open.* from open join taken on taken.payout_id = open.id order by open.id`,
    [date, fileId],
  );
  return rows.map(({ id, amount, iban, holder }) => ({ payoutId: id, amountMinor: amount, iban, holder }));
}

export async function writeBankFile(
  client: Queryable,
  id: Uuid,
  { text, payouts, totalMinor }: { text: string; payouts: number; totalMinor: number },
): Promise<void> {
  await client.query("update bank_files set text = $2, payouts = $3, total = $4 where id = $1::uuid", [
    id,
    text,
    payouts,
    totalMinor,
  ]);
}

const RESOURCE = `
  f.id, f.part, f.message_id as "messageId", f.payouts, f.total as "totalMinor",
  jsonb_build_object('id', f.approved_by, 'name', approver.name) as "approvedBy", f.approved_at as "approvedAt",
  f.downloads, f.downloaded_at as "downloadedAt",
  case when f.downloaded_by is not null then jsonb_build_object('id', f.downloaded_by, 'name', taker.name) end
    as "downloadedBy"`;
const PEOPLE = `
  left join users approver on approver.id = f.approved_by left join users taker on taker.id = f.downloaded_by`;

export async function listBankFiles(database: Queryable, date: BusinessDate): Promise<BankFileResource[]> {
  const { rows } = await database.query<BankFileResource>(
    `select ${RESOURCE} from bank_files f ${PEOPLE} where f.business_date = $1::date order by f.part`,
    [date],
  );
  return rows;
}

export interface DatedBankFile extends BankFileResource {
  readonly businessDate: BusinessDate;
}

export async function findBankFile(database: Queryable, id: Uuid): Promise<DatedBankFile | undefined> {
  const { rows } = await database.query<DatedBankFile>(
    `select ${RESOURCE}, f.business_date as "businessDate" from bank_files f ${PEOPLE} where f.id = $1::uuid`,
    [id],
  );
  return rows[0];
}

/** Of a part that would be empty, before it was ever seen. */
export async function deleteBankFile(client: Queryable, id: Uuid): Promise<void> {
  await client.query("delete from bank_files where id = $1::uuid and downloads = 0", [id]);
}

/**
 * Counts a download and answers the file's text; undefined when it was downloaded before and is not asked for again. Of two
 * that come at the same moment one gets it.
 */
export async function takeBankFile(
  client: Queryable,
  { id, by, again }: { readonly id: Uuid; readonly by: UserId; readonly again: boolean },
): Promise<string | undefined> {
  const { rows } = await client.query<{ text: string }>(
    `update bank_files set downloads = downloads + 1, downloaded_by = coalesce(downloaded_by, $2::uuid),
            downloaded_at = coalesce(downloaded_at, now())
      where id = $1::uuid and (downloads = 0 or $3::bool)
      returning text`,
    [id, by, again],
  );
  return rows[0]?.text;
}
