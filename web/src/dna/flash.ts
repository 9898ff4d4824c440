// No more than three flashes a second, whatever the music does (WCAG 2.3.1). A flash is a rise of brightness
// by a tenth or more; a second rise within a third of a second is swallowed. Falls are free.
export const leastGap = 1 / 3; // seconds
const flashRise = 0.1;

export class FlashLimiter {
  private shown = 0;
  private floor = 0; // the darkest since the last flash
  private lastFlash = Number.NEGATIVE_INFINITY;

  // `seconds` of a steady clock; `wanted` 0..1. Gives the brightness that may be shown.
  next(seconds: number, wanted: number): number {
    const target = Math.min(1, Math.max(0, wanted));
    if (target <= this.shown) {
      this.shown += (target - this.shown) * 0.2;
      this.floor = Math.min(this.floor, this.shown);
      return this.shown;
    }
    if (target - this.floor < flashRise) {
      this.shown = target;
      return this.shown;
    }
    if (seconds - this.lastFlash >= leastGap) {
      this.lastFlash = seconds;
      this.shown = target;
      this.floor = target;
    }
    return this.shown;
  }
}
