/**
 * A document's pages: A4, fonts with Cyrillic, a line of text that keeps to its column, a new page when one is full, and
 * a footer with page numbers once all of them are there. Knows nothing of what is written.
 */
import { fileURLToPath } from "node:url";
import PDFDocument from "pdfkit";

const font = (name: string): string =>
  fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/DejaVuSans${name}.ttf`));
const FONTS = { plain: font(""), bold: font("-Bold") };

const MARGIN = 48;
const FOOTER_HEIGHT = 28;

export interface TextStyle {
  readonly bold?: boolean;
  readonly size?: number;
  readonly color?: string;
  readonly align?: "left" | "right";
  /** At most; what does not fit ends with an ellipsis. */
  readonly lines?: number;
}

export interface SheetInfo {
  readonly title: string;
  readonly author: string;
  readonly locale: string;
  /** When it was made: the same arguments give the same bytes. */
  readonly at: Date;
}

export class Sheet {
  readonly left = MARGIN;
  readonly width: number;
  y = MARGIN;
  readonly #pdf: PDFKit.PDFDocument;
  readonly #done: Promise<Buffer>;

  constructor({ title, author, locale, at }: SheetInfo) {
    const info = { Title: title, Author: author, CreationDate: at, ModDate: at };
    const page = { size: "A4", margin: 0, bufferPages: true } as const;
    this.#pdf = new PDFDocument({ ...page, info, lang: locale, displayTitle: true });
    this.#pdf.registerFont("plain", FONTS.plain).registerFont("bold", FONTS.bold);
    this.#done = collected(this.#pdf);
    this.width = this.#pdf.page.width - 2 * MARGIN;
  }

  /** Whether so much more fits on the page. */
  hasRoomFor(height: number): boolean {
    return this.y + height <= this.#pdf.page.height - MARGIN - FOOTER_HEIGHT;
  }

  newPage(): void {
    this.#pdf.addPage();
    this.y = MARGIN;
  }

  /** Writes at the current height, which stays as it is. */
  text(text: string, x: number, width: number, style: TextStyle = {}): void {
    const { color = "#1c1c1e", align = "left", lines = 1 } = style;
    this.#font(style).fillColor(color);
    const height = lines * this.#pdf.currentLineHeight(true);
    this.#pdf.text(text, x, this.y, { width, height, align, ellipsis: "…", lineGap: 0 });
  }

  /** How many lines the text takes, of `lines` at most, and how high they are. */
  heightOf(text: string, width: number, style: TextStyle = {}): number {
    const { lines = 1 } = style;
    const line = this.#font(style).currentLineHeight(true);
    return Math.min(lines * line, Math.max(line, this.#pdf.heightOfString(text, { width, lineGap: 0 })));
  }

  rule(color = "#d0d0d5"): void {
    const right = this.left + this.width;
    this.#pdf.moveTo(this.left, this.y).lineTo(right, this.y).lineWidth(0.6).strokeColor(color).stroke();
  }

  /** Writes the footers and ends the document. */
  finish(footer: (page: number, pages: number) => { left: string; right: string }): Promise<Buffer> {
    const { count } = this.#pdf.bufferedPageRange();
    for (let page = 0; page < count; page++) {
      this.#pdf.switchToPage(page);
      this.y = this.#pdf.page.height - MARGIN - FOOTER_HEIGHT / 2;
      const { left, right } = footer(page + 1, count);
      const style = { size: 7.5, color: "#6b6b70" };
      this.text(left, this.left, this.width * 0.75, style);
      this.text(right, this.left + this.width * 0.75, this.width * 0.25, { ...style, align: "right" });
    }
    this.#pdf.end();
    return this.#done;
  }

  #font({ bold = false, size = 8.5 }: TextStyle): PDFKit.PDFDocument {
    return this.#pdf.font(bold ? "bold" : "plain").fontSize(size);
  }
}

function collected(pdf: PDFKit.PDFDocument): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const pieces: Buffer[] = [];
  pdf.on("data", (piece: Buffer) => pieces.push(piece));
  pdf.once("end", () => resolve(Buffer.concat(pieces)));
  pdf.once("error", reject);
  return promise;
}
