import { useEffect } from "preact/hooks";
import { idle } from "./api/pause.ts";
import { lazy } from "./lazy.tsx";
import { t } from "./messages/t.ts";
import { LoginPage } from "./pages/login.tsx";
import { NotFoundPage } from "./pages/not-found.tsx";
import { CommandPalette } from "./parts/command-palette.tsx";
import { ConnectionNote } from "./parts/connection-note.tsx";
import { CreateTaskDialog } from "./parts/create-task-dialog.tsx";
import { KeysHelp } from "./parts/keys-help.tsx";
import { Mark } from "./parts/mark.tsx";
import { Nav } from "./parts/nav.tsx";
import { ProblemNote } from "./parts/problem-note.tsx";
import { SafetyNet } from "./parts/safety-net.tsx";
import { ShuffleDialog } from "./parts/shuffle-dialog.tsx";
import { Toasts } from "./parts/toasts.tsx";
import { useChord, useKey } from "./parts/use-key.ts";
import { router } from "./router.ts";
import { routes } from "./routes.tsx";
import { session } from "./session.ts";
import { creating } from "./store/creating.ts";
import { dialogs } from "./store/dialogs.ts";
import { jobs } from "./store/jobs.ts";
import { myAccount } from "./store/my-account.ts";
import { overlays } from "./store/overlays.ts";
import { shuffling } from "./store/shuffling.ts";

const NewPassword = lazy(() => import("./pages/new-password.tsx").then((page) => page.NewPassword));
/** Of a mail; taken out of the address before anything else is done. */
const [, link] = /^#link=([\w.-]+)$/.exec(location.hash) ?? [];
if (link !== undefined) history.replaceState(null, "", location.pathname);

/** The door, or the house. */
export function App() {
  const state = session.state.value;
  switch (state.kind) {
    case "starting":
      return (
        <div class="splash" role="status">
          <Mark size={56} />
          <span class="only-read">{t("loading")}</span>
        </div>
      );
    case "unreachable":
      return (
        <main class="splash">
          <Mark size={56} />
          <h1>aTES</h1>
          <ProblemNote problem={state.problem} onRetry={() => session.resume()} />
        </main>
      );
    case "out":
      return (
        <>
          {link === undefined ? <LoginPage /> : <NewPassword link={link} />}
          <Toasts />
        </>
      );
    case "in":
      return <Shell />;
  }
}

function Shell() {
  useEffect(() => {
    // Neither is what the page was opened for.
    void idle().then(() => {
      void myAccount.load();
      jobs.resume();
    });
  }, []);
  useKey("c", () => creating.open());
  useKey("?", () => show(overlays.help));
  useChord("k", () => show(overlays.palette));
  return (
    <>
      <a class="skip" href="#main">
        {t("nav.skip")}
      </a>
      <div class="shell">
        <Nav />
        <main id="main" class="main" tabIndex={-1}>
          <ConnectionNote />
          <SafetyNet key={router.path.value}>
            <CurrentPage />
          </SafetyNet>
        </main>
      </div>
      <Overlays />
      {creating.isOpen.value ? <CreateTaskDialog onClose={creating.close} /> : null}
      {dialogs.depth.value === 0 ? <Toasts /> : null}
    </>
  );
}

function show(overlay: { value: boolean }): void {
  // One over another would be a maze.
  if (document.querySelector("dialog[open]") === null) overlay.value = true;
}

function Overlays() {
  const hide = (overlay: { value: boolean }) => () => {
    overlay.value = false;
  };
  return (
    <>
      {overlays.palette.value ? <CommandPalette onClose={hide(overlays.palette)} /> : null}
      {overlays.help.value ? <KeysHelp onClose={hide(overlays.help)} /> : null}
      {shuffling.isOpen.value ? <ShuffleDialog onClose={shuffling.close} /> : null}
    </>
  );
}

/** A page one may not open is as good as none: its address says nothing of what is there. */
function CurrentPage() {
  const path = router.path.value;
  for (const route of routes) {
    const match = route.path.exec(path);
    if (match !== null && route.who(session.me)) return route.page(match[1] ?? "");
  }
  return <NotFoundPage />;
}
