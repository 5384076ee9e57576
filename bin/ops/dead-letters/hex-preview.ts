const perLine = 16;

const asText = (bytes: Buffer): string =>
  [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');

/** Sixteen bytes a line: where, in hexadecimal, and as the ASCII that is in it. */
export const hexPreview = (bytes: Buffer): string[] =>
  Array.from({ length: Math.ceil(bytes.length / perLine) }, (_, line) => {
    const part = bytes.subarray(line * perLine, (line + 1) * perLine);
    const hex = part.toString('hex').replaceAll(/(..)(?!$)/g, '$1 ');
    return `${(line * perLine).toString(16).padStart(4, '0')}  ${hex.padEnd(perLine * 3 - 1)}  ${asText(part)}`;
  });
