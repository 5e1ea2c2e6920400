import { t } from "../messages/t.ts";
import { Field } from "./field.tsx";

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly isOptional?: boolean;
  readonly onInput: (typed: string) => void;
}

/** A line of text with its label. */
export function TextField({ label, value, isOptional = false, onInput }: TextProps) {
  return (
    <Field label={label} hint={isOptional ? t("optional") : undefined}>
      {(control) => (
        <input
          {...control}
          class="input"
          type="text"
          required={!isOptional}
          autocomplete="off"
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
