import { useEffect, useState } from "preact/hooks";
import { get } from "../api/get.ts";
import { type Page, ROLES, type Role, type User } from "../api/resources.ts";
import { usePages } from "../api/use-pages.ts";
import { t } from "../messages/t.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Icon } from "../parts/icon.tsx";
import { Link } from "../parts/link.tsx";
import { Loading } from "../parts/loading.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { PersonDialog } from "../parts/person-dialog.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { SearchBox } from "../parts/search-box.tsx";
import { router } from "../router.ts";

/** Who is in the company, for admins. People are disabled, never deleted. */
export function PeoplePage() {
  const people = usePages<User>("people", (cursor, signal) =>
    get<Page<User>>("/users", { limit: 200, cursor }, signal),
  );
  // All of them are read: whoever is looked for may be the last by name.
  useEffect(() => people.more(), [people.items.length]);
  const query = router.query.value;
  const q = query.get("q") ?? "";
  const role = ROLES.find((known) => known === query.get("role"));
  const shown = people.items.filter(
    (person) => isLike(person, q) && (role === undefined || person.role === role),
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
      <PeopleFilter q={q} role={role} />
      <ProblemNote problem={people.problem} onRetry={people.reload} />
      {people.items.length === 0 && people.loading ? <Loading lines={8} /> : null}
      {people.items.length > 0 && shown.length === 0 ? <p class="faint">{t("people.none-found")}</p> : null}
      {shown.length === 0 ? null : <PeopleTable people={shown} onEdit={setOpen} />}
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

function isLike({ name, email }: User, q: string): boolean {
  return [name, email].some((text) => text.toLocaleLowerCase().includes(q.toLocaleLowerCase()));
}

function PeopleFilter({ q, role }: { q: string; role: Role | undefined }) {
  return (
    <div class="toolbar">
      <SearchBox
        label={t("people.search")}
        value={q}
        onChange={(typed) => router.setQuery({ q: typed.trim() })}
      />
      <select
        class="input"
        aria-label={t("role")}
        value={role ?? ""}
        onChange={(event) => router.setQuery({ role: event.currentTarget.value })}
      >
        <option value="">{t("people.all-roles")}</option>
        {ROLES.map((value) => (
          <option key={value} value={value}>
            {t(`role.${value}`)}
          </option>
        ))}
      </select>
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
              <Link href={`/accounts/${person.id}`} class="who">
                <Avatar id={person.id} name={person.name} />
                {person.name}
              </Link>
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
                <Icon name="edit" size={14} />
                <span class="wide-only">{t("edit")}</span>
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
