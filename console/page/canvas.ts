/** A canvas that fills its place at the screen's own resolution. */
export interface Surface {
  readonly context: CanvasRenderingContext2D;
  /** CSS pixels. */
  readonly size: () => { readonly width: number; readonly height: number };
}

/** Sharper than this is more work, and nobody sees it. */
const mostRatio = 2;

/** @param onResize - called when the size, and so what was drawn, is another */
export const openSurface = (canvas: HTMLCanvasElement, onResize: () => void): Surface => {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no 2D canvas');
  let size = { width: 0, height: 0 };
  const fit = (): void => {
    const ratio = Math.min(devicePixelRatio, mostRatio);
    size = { width: canvas.clientWidth, height: canvas.clientHeight };
    canvas.width = Math.round(size.width * ratio);
    canvas.height = Math.round(size.height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    onResize();
  };
  new ResizeObserver(fit).observe(canvas);
  fit();
  return { context, size: () => size };
};
