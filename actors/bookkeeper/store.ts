/** The table of corrections. Their lines of the audit log come with the commands (schemas/deeds.ts). */
import type { UserId, Uuid } from "../../schemas/ids.ts";
import type { Minor } from "../../schemas/money.ts";
import type { ActorStore } from "../runtime/actor-store.ts";
import { changedOf, type Statement, writing } from "../runtime/statement.ts";
import { type Correction, correctionKey } from "./state.ts";

interface CorrectionRow {
  id: Uuid;
  account_id: UserId;
  kind: Correction["kind"];
  amount: Minor;
  reason: string;
  state: Correction["state"];
  proposed_by: UserId;
  proposed_at: string;
  decided_by: UserId | null;
  decided_at: string | null;
  decision: string | null;
}

export const bookkeeperStore: ActorStore<Correction> = {
  open: async () => [],
  async load(db, _partition, keys) {
    const ids = keys.map((key) => key.slice("correction/".length));
    const { rows } = await db.query<CorrectionRow>("select * from corrections where id = any($1::uuid[])", [
      ids,
    ]);
    return rows.map(correctionOf);
  },
  save: (saves) => upsertCorrections(changedOf(saves, (entity): entity is Correction => "reason" in entity)),
};

function correctionOf(row: CorrectionRow): Correction {
  return {
    key: correctionKey(row.id),
    id: row.id,
    accountId: row.account_id,
    kind: row.kind,
    amountMinor: row.amount,
    reason: row.reason,
    state: row.state,
    proposedBy: row.proposed_by,
    proposedAt: row.proposed_at,
    decidedBy: row.decided_by ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    decision: row.decision ?? undefined,
  };
}

const upsertCorrections = (corrections: readonly Correction[]): Statement[] =>
  writing(
    "corrections",
    `insert into corrections (id, account_id, kind, amount, reason, state, proposed_by, proposed_at,
                              decided_by, decided_at, decision)
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::uuid[],
                          $8::timestamptz[], $9::uuid[], $10::timestamptz[], $11::text[])
     on conflict (id) do update set state = excluded.state, decided_by = excluded.decided_by,
       decided_at = excluded.decided_at, decision = excluded.decision`,
    corrections,
    ({ id }) => id,
    ({ accountId }) => accountId,
    ({ kind }) => kind,
    ({ amountMinor }) => amountMinor,
    ({ reason }) => reason,
    ({ state }) => state,
    ({ proposedBy }) => proposedBy,
    ({ proposedAt }) => proposedAt,
    ({ decidedBy }) => decidedBy,
    ({ decidedAt }) => decidedAt,
    ({ decision }) => decision,
  );
