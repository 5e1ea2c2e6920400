import { useState } from "preact/hooks";
import { t } from "../messages/t.ts";
import { may } from "../rules/may.ts";
import { session } from "../session.ts";
import { CorrectionDialog } from "./correction-dialog.tsx";

/** For those who keep the books: proposes a correction of the account. */
export function CorrectButton({ userId, name }: { userId: string; name: string }) {
  const [isOpen, setOpen] = useState(false);
  if (!may.seeCompany(session.me)) return null;
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        {t("correction.propose")}
      </button>
      {isOpen ? <CorrectionDialog userId={userId} name={name} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
