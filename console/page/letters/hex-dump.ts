/** One line of a dump: where it begins, its bytes in hexadecimal, and as text with a dot for what is none. */
export interface DumpLine {
  readonly offset: string;
  readonly hex: string;
  readonly text: string;
}

const perLine = 16;

export const hexDump = (bytes: Uint8Array, mostLines: number): readonly DumpLine[] =>
  Array.from({ length: Math.min(mostLines, Math.ceil(bytes.length / perLine)) }, (_, line) => {
    const part = [...bytes.subarray(line * perLine, (line + 1) * perLine)];
    return {
      offset: (line * perLine).toString(16).padStart(6, '0'),
      hex: part.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      text: part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join(''),
    };
  });

/** @throws Error where the text is no base64 */
export const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
