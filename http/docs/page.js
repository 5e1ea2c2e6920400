/** What the page does beside being read: it finds operations, and opens the one that the address names. */
const find = document.querySelector("#find");
const found = document.querySelector("#found");
const operations = [...document.querySelectorAll("details.operation")].map((element) => ({
  element,
  link: document.querySelector(`[data-for="${element.id}"]`),
  words: element.querySelector("summary").textContent.toLowerCase(),
}));

function show() {
  const asked = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const { element, link, words } of operations) {
    const fits = asked.every((word) => words.includes(word));
    element.hidden = !fits;
    if (link !== null) link.hidden = !fits;
    if (fits) count++;
  }
  for (const section of document.querySelectorAll("main section[id]"))
    section.hidden = section.querySelector("details.operation:not([hidden])") === null;
  found.textContent = asked.length === 0 ? "" : `${count} of ${operations.length}`;
}

function openNamed() {
  const named = document.getElementById(location.hash.slice(1));
  if (named?.matches("details.operation")) named.open = true;
}

find.addEventListener("input", show);
addEventListener("hashchange", openNamed);
openNamed();
