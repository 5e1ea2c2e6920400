/** The beak: red head, green crown, yellow bill. The same drawing as public/mark.svg. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path d="M16 2C8.3 2 3 7.7 3 15c0 7.6 5.4 15 13 15V2z" fill="var(--parrot-red)" />
      <path
        d="M16 2c7.5 0 13 5.2 13 12 0 2-.5 3.7-1.4 5.2C24.3 15.5 20.5 14.2 16 14.2z"
        fill="var(--parrot-green)"
      />
      <path
        d="M16 14.2c4.5 0 8.3 1.3 11.6 5C25.7 22.3 22 23.5 20.6 30 18 27.5 16 24 16 20z"
        fill="var(--parrot-yellow)"
      />
      <circle cx="11.5" cy="11.5" r="4.2" fill="#fff" />
      <circle cx="12.3" cy="11.5" r="2" fill="#14181a" />
    </svg>
  );
}
