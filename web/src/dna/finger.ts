// A finger on a picture that scrolls with the page: it means a place when it moves sideways or is lifted where
// it came down, not when it scrolls by.
const still = 8; // pixels

export class Finger {
  private start: { x: number; y: number } | null = null;

  down(x: number, y: number): void {
    this.start = { x, y };
  }

  // Whether nothing is meant yet.
  undecided(x: number, y: number): boolean {
    if (!this.start) return false;
    const [across, along] = [Math.abs(x - this.start.x), Math.abs(y - this.start.y)];
    if (across < still || across < along) return true;
    this.start = null;
    return false;
  }

  // Whether it was a tap.
  lift(x: number, y: number): boolean {
    const { start } = this;
    this.start = null;
    return start !== null && Math.hypot(x - start.x, y - start.y) < still;
  }

  // The browser took it for scrolling, or a second one came. Whether it had meant nothing.
  leave(): boolean {
    const { start } = this;
    this.start = null;
    return start !== null;
  }
}
