import { useState } from "preact/hooks";
import { t } from "../messages/t.ts";
import { ImportDraft } from "../parts/import-draft.tsx";
import { ImportFile } from "../parts/import-file.tsx";
import { ImportJob } from "../parts/import-job.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { router } from "../router.ts";

/** Tasks from a CSV file: choose it, see what would be made of it, make it. An import under way has an address. */
export function ImportPage() {
  const [file, setFile] = useState<File | undefined>(undefined);
  const job = router.query.value.get("job");
  function choose(next: File | undefined): void {
    setFile(next);
    if (job !== null) router.go("/import");
  }
  return (
    <div class="page">
      <PageHead title={t("import")} note={t("import.note")} />
      {job === null ? (
        <>
          <ImportFile file={file} onChoose={choose} />
          {file === undefined ? null : <ImportDraft key={nameOf(file)} file={file} />}
        </>
      ) : (
        <ImportJob key={job} id={job} onAgain={() => choose(undefined)} />
      )}
    </div>
  );
}

/** Another file, or the same one saved anew, is a draft of its own. */
function nameOf(file: File): string {
  return `${file.name} ${file.size} ${file.lastModified}`;
}
