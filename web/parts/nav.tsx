import { useEffect, useState } from "preact/hooks";
import { money } from "../format/money.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import { routes } from "../routes.tsx";
import { session } from "../session.ts";
import { company } from "../store/company.ts";
import { myAccount } from "../store/my-account.ts";
import { Avatar } from "./avatar.tsx";
import { Icon } from "./icon.tsx";
import { LanguageSwitch } from "./language-switch.tsx";
import { Link } from "./link.tsx";
import { Mark } from "./mark.tsx";

/** Where one can go and who one is: a column beside the page, on a phone a bar that unfolds. */
export function Nav() {
  const [open, setOpen] = useState(false);
  const path = router.path.value;
  // going somewhere folds the menu.
  useEffect(() => setOpen(false), [path]);
  return (
    <header class={`nav${open ? " open" : ""}`}>
      <div class="nav-bar">
        <Link href="/" class="brand" label={t("nav.home")}>
          <Mark />
          <span class="brand-name">aTES</span>
        </Link>
        <span class="nav-company faint small">{company.value.name}</span>
        <button
          type="button"
          class="button quiet square nav-toggle"
          aria-expanded={open}
          aria-controls="nav-body"
          aria-label={t("menu")}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? "close" : "menu"} size={20} />
        </button>
      </div>
      <div class="nav-body" id="nav-body">
        <nav aria-label={t("nav")}>
          <ul class="nav-links">
            {routes.map(({ nav, who }) =>
              nav === undefined || !who(session.me) ? null : (
                <li key={nav.href}>
                  <Link href={nav.href} class="nav-link" current={isCurrent(nav.href, path)}>
                    <Icon name={nav.icon} size={18} />
                    {t(nav.label)}
                  </Link>
                </li>
              ),
            )}
          </ul>
        </nav>
        <Myself />
      </div>
    </header>
  );
}

function isCurrent(href: string, path: string): boolean {
  return href === path || (href !== "/" && path.startsWith(`${href}/`));
}

function Myself() {
  const { me } = session;
  const account = myAccount.current.value;
  return (
    <div class="myself">
      <div class="who">
        <Avatar id={me.id} name={me.name} />
        <span class="myself-name">
          <strong>{me.name}</strong>
          <span class="faint small">{t(`role.${me.role}`)}</span>
        </span>
      </div>
      {account === undefined ? null : (
        <Link href="/account" class="myself-balance">
          <span class="faint small">{t("account.balance")}</span>
          <span class={`amount${account.balanceMinor < 0 ? " loss" : ""}`}>
            {money(account.balanceMinor)}
          </span>
        </Link>
      )}
      <LanguageSwitch />
      <button type="button" class="button quiet" onClick={() => session.signOut()}>
        <Icon name="leave" />
        {t("logout")}
      </button>
    </div>
  );
}
