import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { asOf } from "../api/as-of.ts";
import { feed } from "../feed/feed.ts";
import { date } from "../format/date.ts";
import { t } from "../messages/t.ts";
import { company } from "../store/company.ts";
import { Icon } from "./icon.tsx";

/** A short gap is mended before anyone needs to know of it. */
const SAY_AFTER_MS = 3_000;
/** While the server can only read, it is asked whether it can write again. */
const ASK_AGAIN_MS = 5_000;

const online = signal(navigator.onLine);
addEventListener("online", () => {
  online.value = true;
});
addEventListener("offline", () => {
  online.value = false;
});

/** Says that the page shows the last known state, when it does. */
export function ConnectionNote() {
  const lost = !online.value || feed.state.value === "waiting" || feed.state.value === "connecting";
  const [long, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!lost) return;
    const timer = setTimeout(() => setLong(true), SAY_AFTER_MS);
    return () => clearTimeout(timer);
  }, [lost]);
  const at = asOf.value;
  const isReadOnly = at !== undefined;
  useEffect(() => {
    if (!isReadOnly) return;
    const timer = setInterval(() => void company.load().catch(() => {}), ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isReadOnly]);
  return (
    <div role="status">
      {at === undefined ? null : (
        <p class="connection-note">
          <Icon name="warning" />
          {t("connection.read-only", { at: date.moment(at) })}
        </p>
      )}
      {lost && (long || !online.value) ? (
        <p class="connection-note">
          <Icon name="warning" />
          {t(online.value ? "connection.lost" : "connection.offline")}
        </p>
      ) : null}
    </div>
  );
}
