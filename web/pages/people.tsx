import { useState } from "preact/hooks";
import { get } from "../api/get.ts";
import type { Page, User } from "../api/resources.ts";
import { usePages } from "../api/use-pages.ts";
import { t } from "../messages/t.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Icon } from "../parts/icon.tsx";
import { Loading } from "../parts/loading.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { PersonDialog } from "../parts/person-dialog.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";

/** Who is in the company, for admins. People are disabled, never deleted. */
export function PeoplePage() {
  const people = usePages<User>("people", (cursor, signal) =>
    get<Page<User>>("/users", { limit: 200, cursor }, signal),
  );
  const [open, setOpen] = useState<User | "new" | undefined>(undefined);
  return (
    <div class="page">
      <PageHead title={t("people")} note={t("people.note")}>
        <button type="button" class="button primary" onClick={() => setOpen("new")}>
          <Icon name="plus" />
          {t("people.add")}
        </button>
      </PageHead>
      <ProblemNote problem={people.problem} onRetry={people.reload} />
      {people.items.length === 0 && people.loading ? <Loading lines={8} /> : null}
      {people.items.length === 0 ? null : <PeopleTable people={people.items} onEdit={setOpen} />}
      {people.hasMore ? <MoreButton loading={people.loading} onMore={people.more} /> : null}
      {open === undefined ? null : (
        <PersonDialog
          person={open === "new" ? undefined : open}
          onClose={() => setOpen(undefined)}
          onSaved={people.reload}
        />
      )}
    </div>
  );
}

function PeopleTable({ people, onEdit }: { people: readonly User[]; onEdit: (person: User) => void }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{t("person")}</th>
          <th scope="col" class="wide-only">
            {t("email")}
          </th>
          <th scope="col">{t("role")}</th>
          <th scope="col">
            <span class="only-read">{t("actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <tr key={person.id} class={person.active ? "" : "disabled"}>
            <td>
              <span class="who">
                <Avatar id={person.id} name={person.name} />
                {person.name}
              </span>
            </td>
            <td class="wide-only faint">{person.email}</td>
            <td>
              {t(`role.${person.role}`)}
              {person.active ? null : <span class="state held">{t("people.disabled")}</span>}
            </td>
            <td class="number">
              <button
                type="button"
                class="button small"
                aria-label={t("people.edit-named", { name: person.name })}
                onClick={() => onEdit(person)}
              >
                {t("edit")}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
