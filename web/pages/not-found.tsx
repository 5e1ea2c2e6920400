import { t } from "../messages/t.ts";
import { Empty } from "../parts/empty.tsx";
import { Link } from "../parts/link.tsx";
import { PageHead } from "../parts/page-head.tsx";

export function NotFoundPage() {
  return (
    <div class="page">
      <PageHead title={t("not-found")} />
      <Empty title={t("not-found.why")}>
        <Link href="/">{t("not-found.board")}</Link>
      </Empty>
    </div>
  );
}
