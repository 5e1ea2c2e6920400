import { useEffect, useState } from "preact/hooks";
import { money } from "../format/money.ts";
import { t } from "../messages/t.ts";
import { places } from "../places.ts";
import { router } from "../router.ts";
import { session } from "../session.ts";
import { company } from "../store/company.ts";
import { myAccount } from "../store/my-account.ts";
import { narrow } from "../store/narrow.ts";
import { overlays } from "../store/overlays.ts";
import { Avatar } from "./avatar.tsx";
import { Icon } from "./icon.tsx";
import { LanguageSwitch } from "./language-switch.tsx";
import { Link } from "./link.tsx";
import { Mark } from "./mark.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

const CHORD = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘ K" : "Ctrl K";

/** Where one can go and who one is: a column beside the page, on a phone a bar that unfolds. */
export function Nav() {
  const [isOpen, setOpen] = useState(false);
  const path = router.path.value;
  // going somewhere folds the menu.
  useEffect(() => setOpen(false), [path]);
  return (
    <header class={`nav${isOpen ? " open" : ""}`}>
      <div class="nav-bar">
        <Link href="/" class="brand" label={t("nav.home")}>
          <Mark />
          <span class="brand-name">aTES</span>
        </Link>
        <span class="nav-company faint small">{company.value.name}</span>
        <button
          type="button"
          class="button quiet square nav-toggle"
          aria-expanded={isOpen}
          aria-controls="nav-body"
          aria-label={t("menu")}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name={isOpen ? "close" : "menu"} size={20} />
        </button>
      </div>
      {/* What a phone has folded away is not made. */}
      <div class="nav-body" id="nav-body">
        {isOpen || !narrow.value ? <NavBody path={path} /> : null}
      </div>
    </header>
  );
}

function NavBody({ path }: { path: string }) {
  return (
    <>
      <button type="button" class="palette-button" onClick={() => open(overlays.palette)}>
        <Icon name="search" size={14} />
        <span>{t("palette.open")}</span>
        <kbd>{CHORD}</kbd>
      </button>
      <nav aria-label={t("nav")}>
        <ul class="nav-links">
          {places.map(({ href, label, icon, who }) =>
            who(session.me) ? (
              <li key={href}>
                <Link href={href} class="nav-link" current={isCurrent(href, path)}>
                  <Icon name={icon} />
                  {t(label)}
                </Link>
              </li>
            ) : null,
          )}
        </ul>
      </nav>
      <Myself />
    </>
  );
}

function open(overlay: { value: boolean }): void {
  overlay.value = true;
}

function isCurrent(href: string, path: string): boolean {
  return href === path || (href !== "/" && path.startsWith(`${href}/`));
}

function Myself() {
  const { me } = session;
  const account = myAccount.current.value;
  return (
    <div class="myself">
      <Link href="/profile" class="who">
        <Avatar id={me.id} name={me.name} />
        <span class="myself-name">
          <strong>{me.name}</strong>
          <span class="faint small">{t(`role.${me.role}`)}</span>
        </span>
      </Link>
      {account === undefined ? null : (
        <Link href="/account" class="myself-balance">
          <span class="faint small">{t("account.balance")}</span>
          <span class={`amount${account.balanceMinor < 0 ? " loss" : ""}`}>
            {money(account.balanceMinor)}
          </span>
        </Link>
      )}
      <LanguageSwitch />
      <div class="myself-switches">
        <ThemeSwitch />
        <button
          type="button"
          class="button quiet square keys-button"
          title={t("keys")}
          aria-label={t("keys")}
          onClick={() => open(overlays.help)}
        >
          <Icon name="keyboard" />
        </button>
        <button type="button" class="button quiet" onClick={() => session.signOut()}>
          <Icon name="leave" size={14} />
          {t("logout")}
        </button>
      </div>
    </div>
  );
}
