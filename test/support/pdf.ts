/** What a PDF says, read by pdf.js: page by page, pieces of text with one space between. */
import { getDocument } from "unpdf/pdfjs";

export async function pagesOf(pdf: Uint8Array): Promise<string[]> {
  const document = await getDocument({ data: new Uint8Array(pdf), verbosity: 0 }).promise;
  const pages: string[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent();
    const pieces = items.map((item) => ("str" in item ? item.str.trim() : ""));
    pages.push(
      pieces
        .filter((piece) => piece !== "")
        .join(" ")
        .replace(/\s+/g, " "),
    );
  }
  await document.loadingTask.destroy();
  return pages;
}

export async function textOf(pdf: Uint8Array): Promise<string> {
  return (await pagesOf(pdf)).join("\n");
}
