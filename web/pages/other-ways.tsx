import { useState } from "preact/hooks";
import { get } from "../api/get.ts";
import { request } from "../api/request.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";
import { ProblemNote } from "../parts/problem-note.tsx";
import { session } from "../session.ts";
import { useAction } from "../store/use-action.ts";

const REASONS = ["unknown-email", "unverified-email", "other-identity", "disabled", "over"] as const;

/** In without a password: by the beak, or by the company's identity provider. */
export function OtherWays({ email }: { email: string }) {
  const beak = useAction(() => session.signInByPasskey());
  return (
    <>
      {"PublicKeyCredential" in window ? (
        <button type="button" class="button big" disabled={beak.busy} onClick={() => beak.run()}>
          {t("login.passkey")}
        </button>
      ) : null}
      <ProblemNote problem={beak.problem} />
      <ProviderButton />
      <Forgotten email={email} />
    </>
  );
}

/** Where there is a provider; and why the way back from there ended at the door. */
function ProviderButton() {
  const ways = useResource("ways", (signal) => get<{ oidc: boolean }>("/auth/ways", {}, signal));
  const [why] = useState(() => REASONS.find((reason) => location.hash === `#oidc=${reason}`));
  if (ways.data?.oidc !== true) return null;
  return (
    <>
      {why === undefined ? null : (
        <p class="note" role="alert">
          {t(`login.oidc.${why}`)}
        </p>
      )}
      <a class="button big" href="/api/v1/auth/oidc/start">
        {t("login.oidc")}
      </a>
    </>
  );
}

/** Whoever forgot the password is mailed a link, if the address is known; the page does not learn whether. */
function Forgotten({ email }: { email: string }) {
  const [asked, setAsked] = useState(false);
  const ask = useAction(async () => {
    await request("/auth/password-reset", { method: "POST", body: { email } });
    setAsked(true);
  });
  if (asked) {
    return (
      <p class="note" role="status">
        {t("login.forgotten-asked")}
      </p>
    );
  }
  return (
    <>
      <button
        type="button"
        class="button quiet"
        disabled={ask.busy || !email.includes("@")}
        onClick={() => ask.run()}
      >
        {t("login.forgotten")}
      </button>
      <ProblemNote problem={ask.problem} />
    </>
  );
}
