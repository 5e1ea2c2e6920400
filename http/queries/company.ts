/** The company as everybody may see it, and the business date it is on (DAY-1). */
import type { Knex } from "knex";
import type { BusinessDate } from "../../schemas/business-date.ts";

export interface CompanyResource {
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly cutOff: string;
  readonly businessDate: BusinessDate;
}

export interface InstalledCompany extends CompanyResource {
  readonly firstDate: BusinessDate;
  readonly partitions: number;
}

/** The board is the authority on the date; before its first decision it is on the date the installation began with. */
export async function readCompany(database: Knex): Promise<InstalledCompany> {
  const company: InstalledCompany | undefined = await database("installation")
    .leftJoin("board", database.raw("true"))
    .first({
      name: "installation.name",
      currency: "installation.currency",
      timeZone: "installation.time_zone",
      cutOff: "installation.cut_off",
      businessDate: database.raw("coalesce(board.business_date, installation.first_date)"),
      firstDate: "installation.first_date",
      partitions: "installation.partitions",
    });
  if (company === undefined)
    throw new Error("table installation is empty: expected a migrated, installed database");
  return company;
}

export async function readBusinessDate(database: Knex): Promise<BusinessDate> {
  return (await readCompany(database)).businessDate;
}
