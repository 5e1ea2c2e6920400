import { useEffect, useRef } from "preact/hooks";
import { t } from "../messages/t.ts";

/** The end of a list that goes on: loads when it comes into sight, and is a button for those who do not scroll. */
export function MoreButton({ loading, onMore }: { loading: boolean; onMore: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  const latest = useRef(onMore);
  latest.current = onMore;
  // after each page the end may still be in sight: look again.
  useEffect(() => {
    if (button.current === null || loading) return;
    const sight = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current(), {
      rootMargin: "300px",
    });
    sight.observe(button.current);
    return () => sight.disconnect();
  }, [loading]);
  return (
    <button ref={button} type="button" class="button quiet more" disabled={loading} onClick={onMore}>
      {loading ? t("loading") : t("more")}
    </button>
  );
}
