import { Field } from "./field.tsx";

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly values: readonly T[];
  readonly value: T;
  readonly wordsOf: (value: T) => string;
  readonly onChoose: (value: T) => void;
}

/** One of a few values, by their words. */
export function ChoiceField<T extends string>({ label, values, value, wordsOf, onChoose }: ChoiceProps<T>) {
  return (
    <Field label={label}>
      {(control) => (
        <select
          {...control}
          class="input"
          value={value}
          onChange={(event) => onChoose(event.currentTarget.value as T)}
        >
          {values.map((each) => (
            <option key={each} value={each}>
              {wordsOf(each)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
