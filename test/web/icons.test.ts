import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ICON_NAMES } from "../../web/parts/icon-names.ts";

const SPRITE = readFileSync(new URL("../../web/icons.svg", import.meta.url), "utf8");

describe("the sprite of icons", () => {
  it("has a drawing for every name the page uses, and no other", () => {
    const drawn = [...SPRITE.matchAll(/<symbol id="icon-([\w-]+)"/g)].map(([, name]) => name);
    expect(drawn).to.deep.equal([...ICON_NAMES]);
  });

  it("asks nobody for anything", () => {
    expect(SPRITE).not.to.match(/href|url\(|<script|<style/);
  });
});
