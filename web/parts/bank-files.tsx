import { useState } from "preact/hooks";
import { download } from "../api/download.ts";
import { get } from "../api/get.ts";
import type { BankFile, BankFiles as Files } from "../api/payout-resources.ts";
import type { BusinessDate } from "../api/resources.ts";
import { sendCommand } from "../api/send-command.ts";
import { useResource } from "../api/use-resource.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Amount } from "./amount.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Icon } from "./icon.tsx";
import { Link } from "./link.tsx";
import { ProblemNote } from "./problem-note.tsx";

/** A closed day's payouts as files for the bank: approved, then downloaded once; once more only on purpose. */
export function BankFiles({ businessDate }: { businessDate: BusinessDate }) {
  const read = useResource(`bank files ${businessDate}`, (signal) =>
    get<Files>(`/days/${businessDate}/bank-files`, {}, signal),
  );
  const approve = useAction(async () => {
    await sendCommand("POST", `/days/${businessDate}/bank-files`).catch(toasts.problem);
    read.reload();
  });
  const { items = [], payable } = read.data ?? {};
  return (
    <section aria-labelledby="bank-files">
      <div class="section-head">
        <h2 id="bank-files">{t("bank-files")}</h2>
        {payable === undefined || payable.ready === 0 ? null : (
          <button type="button" class="button" disabled={approve.busy} onClick={() => void approve.run()}>
            {t("bank-file.approve", { n: payable.ready })}
          </button>
        )}
      </div>
      <ProblemNote problem={read.problem} onRetry={read.reload} />
      {payable === undefined ? null : (
        <p class="faint small">
          {t("bank-files.note")}
          {payable.underWay === 0 ? null : ` ${t("bank-files.under-way", { n: payable.underWay })}`}
        </p>
      )}
      {payable === undefined || payable.withoutIban === 0 ? null : <WithoutIban payable={payable} />}
      {items.map((file) => (
        <FileRow key={file.id} businessDate={businessDate} file={file} onTaken={read.reload} />
      ))}
    </section>
  );
}

/** Whom no file pays yet: they have to say where to. */
function WithoutIban({ payable: { withoutIban, peopleWithoutIban } }: Pick<Files, "payable">) {
  const unnamed = withoutIban - peopleWithoutIban.length;
  return (
    <div class="note">
      <Icon name="warning" size={18} />
      <div>
        <p>{t("bank-files.without-iban", { n: withoutIban })}</p>
        <ul class="name-list">
          {peopleWithoutIban.map(({ id, name }) => (
            <li key={id}>
              <Link href={`/accounts/${id}`}>{name}</Link>
            </li>
          ))}
          {unnamed > 0 ? <li>{t("day.held-more", { n: unnamed })}</li> : null}
        </ul>
      </div>
    </div>
  );
}

interface RowProps {
  readonly businessDate: BusinessDate;
  readonly file: BankFile;
  readonly onTaken: () => void;
}

function FileRow({ businessDate, file, onTaken }: RowProps) {
  const [asking, setAsking] = useState(false);
  const take = async (again: boolean) => {
    await download(`/days/${businessDate}/bank-file`, {
      part: file.part,
      ...(again ? { again: "true" } : {}),
    });
    onTaken();
  };
  const save = useAction(() => take(false).catch(toasts.problem));
  const isTaken = file.downloads > 0;
  return (
    <div class="row">
      <button
        type="button"
        class="button"
        disabled={save.busy}
        onClick={() => (isTaken ? setAsking(true) : void save.run())}
      >
        <Icon name="import" size={14} />
        {t(isTaken ? "bank-file.download-again" : "bank-file.download", { part: file.part })}
      </button>
      <span>
        {t("payouts.count", { n: file.payouts })}, <Amount minor={file.totalMinor} />
      </span>
      <span class="faint small">
        {t("bank-file.approved", { name: file.approvedBy.name, at: date.moment(file.approvedAt) })}
        {file.downloadedAt === null
          ? null
          : ` ${t("bank-file.downloaded", { name: file.downloadedBy?.name ?? "", at: date.moment(file.downloadedAt) })}`}
      </span>
      {asking ? (
        <ConfirmDialog
          title={t("bank-file.again-title", { part: file.part })}
          action={t("bank-file.download-again", { part: file.part })}
          onClose={() => setAsking(false)}
          onConfirm={() => take(true)}
        >
          <p>{t("bank-file.again-explained")}</p>
        </ConfirmDialog>
      ) : null}
    </div>
  );
}
