import { expect } from "chai";
import { COMMANDS } from "../../../ops/cli/ates.ts";
import { type Command, parseArguments, UsageError } from "../../../ops/cli/command.ts";

const LOOK_AT_THEIR_WORDS = ["backup", "close-day", "dead-letters", "rebuild", "release"];

describe("a command of the command line", () => {
  let commands: readonly Command[];

  before(async () => {
    commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  });

  const refusal = (command: Command, ...args: string[]) => {
    try {
      return parseArguments(command, args).positionals.join(" ");
    } catch (error) {
      expect(error).to.be.instanceOf(UsageError);
      return (error as Error).message;
    }
  };

  it("OPS-3: refuses an option that it does not have, and says which there are", () => {
    for (const command of commands)
      expect(refusal(command, "--nonsense"), command.name).to.match(
        /^expected (no options|only --[a-z-]+(, --[a-z-]+)*), got --nonsense \(see `ates [a-z-]+ --help`\)$/,
      );
  });

  it("OPS-3: refuses words that it does nothing with", () => {
    const taking = commands.filter((command) => refusal(command, "word") === "word");
    expect(taking.map(({ name }) => name).sort()).to.deep.equal(LOOK_AT_THEIR_WORDS);
    const verify = commands.find(({ name }) => name === "verify") as Command;
    expect(refusal(verify, "all")).to.equal(
      "expected nothing but options after `verify`, got all (see `ates verify --help`)",
    );
  });

  it("OPS-3: says in one line what is wrong with an option", () => {
    const verify = commands.find(({ name }) => name === "verify") as Command;
    for (const args of [["--settled"], ["--settled", "-1"], ["--all=3"]])
      expect(refusal(verify, ...args)).to.match(/^[^\n]*--(settled|all)[^\n]*\(see `ates verify --help`\)$/);
  });
});
