import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export interface VisibleRange {
  /** From the top of the element, in pixels. */
  readonly top: number;
  readonly bottom: number;
  /** Of the element; 0 until it has been measured. */
  readonly width: number;
  /** Whether it is scrolled so fast that pictures on their way past are not worth fetching. */
  readonly isFast: boolean;
}

/** Changes of less than this are not told: what is drawn reaches further than the window. */
const STEP = 160;
/** Pixels in one frame. */
const FAST = 900;
const SETTLED_MILLISECONDS = 120;

/** What of an element the window shows. */
export function useVisibleRange(root: RefObject<HTMLElement | null>): VisibleRange {
  const [range, setRange] = useState<VisibleRange>({ top: 0, bottom: 0, width: 0, isFast: false });
  useEffect(() => {
    const element = root.current;
    if (element === null) return;
    let frame = 0;
    let last = scrollY;
    let settling: ReturnType<typeof setTimeout> | undefined;
    const measure = () => {
      frame = 0;
      const { top: edge, width } = element.getBoundingClientRect();
      const isFast = Math.abs(scrollY - last) > FAST;
      last = scrollY;
      const top = Math.floor(-edge / STEP) * STEP;
      const bottom = Math.ceil((innerHeight - edge) / STEP) * STEP;
      setRange((before) =>
        isSame(before, { top, bottom, width, isFast }) ? before : { top, bottom, width, isFast },
      );
      clearTimeout(settling);
      if (isFast) settling = setTimeout(measure, SETTLED_MILLISECONDS);
    };
    const plan = () => {
      frame ||= requestAnimationFrame(measure);
    };
    const observer = new ResizeObserver(plan);
    observer.observe(element);
    addEventListener('scroll', plan, { passive: true });
    addEventListener('resize', plan);
    measure();
    return () => {
      observer.disconnect();
      removeEventListener('scroll', plan);
      removeEventListener('resize', plan);
      cancelAnimationFrame(frame);
      clearTimeout(settling);
    };
  }, []);
  return range;
}

function isSame(a: VisibleRange, b: VisibleRange): boolean {
  return a.top === b.top && a.bottom === b.bottom && a.width === b.width && a.isFast === b.isFast;
}
