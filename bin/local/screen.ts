/** Lines that stay, and below them a block that is drawn again and again; where there is no terminal, lines only. */
export interface Screen {
  print(line: string): void;
  /** Replaces the block, or, without a terminal, prints it as one line. */
  show(block: readonly string[]): void;
  /** Takes the block away. */
  clear(): void;
}

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const escape = '\u001B[';

export const createScreen = (output: Output): Screen => {
  let drawn = 0;
  const clear = (): void => {
    if (drawn > 0) output.write(`${escape}${drawn}A${escape}0J`);
    drawn = 0;
  };
  return {
    clear,
    print: (line) => {
      clear();
      output.write(`${line}\n`);
    },
    show: (block) => {
      if (!output.isTTY) {
        output.write(`${block.join(' | ')}\n`);
        return;
      }
      clear();
      // A line that wraps would be two, and the block could not be taken away again.
      const lines = block.map((line) => line.slice(0, Math.max(1, (output.columns || 80) - 1)));
      output.write(lines.map((line) => `${line}\n`).join(''));
      drawn = lines.length;
    },
  };
};
