export interface MoneyStyle {
  /** A plus for gains, a minus for losses; zero bare. */
  readonly signed?: boolean;
  /** Leaves out a zero fraction: "$15" instead of "$15.00". */
  readonly short?: boolean;
}

interface Format {
  readonly write: Intl.NumberFormat;
  readonly digits: number;
}

const formats = new Map<string, Format>();

/** An amount in minor units as text. Exact: the digits are moved as text, no number with a fraction is made. */
export function exactAmount(minor: number, language: string, currency: string, style: MoneyStyle): string {
  const { write, digits } = formatFor(language, currency, style);
  return write.format(decimal(minor, digits) as Intl.StringNumericLiteral).replace("-", "−");
}

function formatFor(language: string, currency: string, style: MoneyStyle): Format {
  const key = `${language} ${currency} ${style.signed} ${style.short}`;
  let format = formats.get(key);
  if (format === undefined) {
    const write = new Intl.NumberFormat(language, {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
      signDisplay: style.signed ? "exceptZero" : "auto",
      trailingZeroDisplay: style.short ? "stripIfInteger" : "auto",
    });
    format = { write, digits: write.resolvedOptions().maximumFractionDigits ?? 2 };
    formats.set(key, format);
  }
  return format;
}

function decimal(minor: number, digits: number): string {
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const sign = minor < 0 ? "-" : "";
  return digits === 0 ? `${sign}${text}` : `${sign}${whole}.${text.slice(text.length - digits)}`;
}
