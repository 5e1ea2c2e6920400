const PLUMAGES = 6;

/** Initials on a plumage that stays the same for a person. Decoration: the name stands beside it. */
export function Avatar({ id, name }: { id: string; name: string }) {
  const initials = name
    .split(/\s+/)
    .map((word) => [...word][0] ?? "")
    .slice(0, 2)
    .join("")
    .toLocaleUpperCase();
  return (
    <span class={`avatar plumage-${plumage(id)}`} aria-hidden="true">
      {initials}
    </span>
  );
}

function plumage(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return sum % PLUMAGES;
}
