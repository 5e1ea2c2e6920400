import sprite from "./icons.svg?raw";

/**
 * Puts the drawings into the document. As a file beside it each use of one would be a request, answered from memory but
 * after the frame: every new card would be drawn twice.
 */
export function showSprite(): void {
  const { documentElement } = new DOMParser().parseFromString(sprite, "image/svg+xml");
  document.body.append(documentElement);
}
