import { useState } from "preact/hooks";
import { get } from "../api/get.ts";
import type { Page } from "../api/resources.ts";
import { usePages } from "../api/use-pages.ts";
import type { Webhook, WebhookWithSecret } from "../api/webhooks.ts";
import { t } from "../messages/t.ts";
import { Empty } from "../parts/empty.tsx";
import { Icon } from "../parts/icon.tsx";
import { Loading } from "../parts/loading.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { SecretDialog } from "../parts/secret-dialog.tsx";
import { WebhookCard } from "../parts/webhook-card.tsx";
import { WebhookDialog } from "../parts/webhook-dialog.tsx";

/** For admins: who outside is told of what, whether it arrives, and what to do when it does not. */
export function WebhooksPage() {
  const webhooks = usePages<Webhook>("webhooks", (cursor, signal) =>
    get<Page<Webhook>>("/webhooks", { limit: 200, cursor }, signal),
  );
  const [open, setOpen] = useState<Webhook | "new" | undefined>(undefined);
  const [secret, setSecret] = useState<string | undefined>(undefined);
  function made(webhook: Webhook | WebhookWithSecret): void {
    if ("secret" in webhook) setSecret(webhook.secret);
    webhooks.reload();
  }
  return (
    <div class="page">
      <PageHead title={t("webhooks")} note={t("webhooks.note")}>
        <button type="button" class="button primary" onClick={() => setOpen("new")}>
          <Icon name="plus" />
          {t("webhooks.add")}
        </button>
      </PageHead>
      <ProblemNote problem={webhooks.problem} onRetry={webhooks.reload} />
      {webhooks.empty ? <Empty title={t("webhooks.none")}>{t("webhooks.none-why")}</Empty> : null}
      {webhooks.items.length === 0 && webhooks.loading ? <Loading lines={3} /> : null}
      <ul class="letters">
        {webhooks.items.map((webhook) => (
          <WebhookCard key={webhook.id} webhook={webhook} onEdit={() => setOpen(webhook)} onChanged={made} />
        ))}
      </ul>
      {open === undefined ? null : (
        <WebhookDialog
          webhook={open === "new" ? undefined : open}
          onClose={() => setOpen(undefined)}
          onSaved={made}
        />
      )}
      {secret === undefined ? null : <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
    </div>
  );
}
