import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { feed } from "../feed/feed.ts";
import { t } from "../messages/t.ts";
import { Icon } from "./icon.tsx";

/** A short gap is mended before anyone needs to know of it. */
const SAY_AFTER_MS = 3_000;

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
  return (
    <div role="status">
      {lost && (long || !online.value) ? (
        <p class="connection-note">
          <Icon name="warning" />
          {t(online.value ? "connection.lost" : "connection.offline")}
        </p>
      ) : null}
    </div>
  );
}
