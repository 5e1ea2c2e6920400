import { useId } from "preact/hooks";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";

/** First and last business date, both inclusive, kept in the URL as `from` and `to`. */
export function DateRange({ from, to }: { from: string; to: string }) {
  return (
    <div class="date-range">
      <DateInput name="from" label={t("date.from")} value={from} max={to === "" ? undefined : to} />
      <DateInput name="to" label={t("date.to")} value={to} min={from === "" ? undefined : from} />
    </div>
  );
}

interface InputProps {
  readonly name: "from" | "to";
  readonly label: string;
  readonly value: string;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
}

function DateInput({ name, label, value, min, max }: InputProps) {
  const id = useId();
  return (
    <span class="date-input">
      <label for={id}>{label}</label>
      <input
        id={id}
        class="input"
        type="date"
        value={value}
        min={min}
        max={max}
        onChange={(event) => router.setQuery({ [name]: event.currentTarget.value })}
      />
    </span>
  );
}
