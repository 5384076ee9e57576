/** Longer than any event may be: a file without line ends must not fill the memory. */
const mostLineBytes = 1024 * 1024;
const lineEnd = 0x0a;

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** Carries what is wrong with a line, by its number. */
export class LineError extends Error {
  readonly line: number;

  constructor(line: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.line = line;
  }
}

const decodeLine = (bytes: Buffer, number: number): Line => {
  try {
    return { number, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    throw new LineError(number, 'is not UTF-8', { cause: error });
  }
};

/**
 * The lines of a file, blank ones left out. A line end in the last line is not needed.
 * @throws LineError for a line that is not UTF-8 or over a MiB
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  const isBlank = ({ text }: Line): boolean => text.trim() === '';
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(lineEnd); end !== -1; end = bytes.indexOf(lineEnd, start)) {
      const line = decodeLine(bytes.subarray(start, end), ++number);
      if (!isBlank(line)) yield line;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > mostLineBytes) throw new LineError(number + 1, `is longer than ${mostLineBytes} bytes`);
  }
  if (rest.length > 0) {
    const line = decodeLine(rest, number + 1);
    if (!isBlank(line)) yield line;
  }
}
