const paths = {
  board: "M3 4h5v16H3zM10 4h5v10h-5zM17 4h4v13h-4z",
  wallet: "M4 6h15v3M4 6v12h16V9H4M16 13.5h1",
  days: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2 .8 3.200 2.700 3.5 5.5",
  accounts: "M4 5h16M4 10h16M4 15h16M4 20h10",
  earnings: "M4 20V10M10 20V4M16 20v-7M21 20H3",
  analytics: "M3 17l6-6 4 4 8-9M15 6h6v6",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
  plus: "M12 5v14M5 12h14",
  shuffle: "M3 7h4l10 10h4M3 17h4l3-3M14 10l3-3h4M18 4l3 3-3 3M18 14l3 3-3 3",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  pending: "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  play: "M8 5l11 7-11 7z",
  edit: "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4",
  menu: "M4 7h16M4 12h16M4 17h16",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
  leave: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.5",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  trophy: "M8 4h8v6a4 4 0 0 1-8 0zM8 6H4c0 3 1.5 5 4 5M16 6h4c0 3-1.5 5-4 5M12 14v4M8 20h8",
} as const;

export type IconName = keyof typeof paths;

/** A drawing beside a text; alone it needs a label on its button. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
