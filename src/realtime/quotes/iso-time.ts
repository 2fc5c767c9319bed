const SECOND_MS = 1_000;

let second = Number.NaN;
/** Everything before the milliseconds. */
let head = '';

/** As `toISOString` writes it. Quotes of a moment are of the same second, of which only the milliseconds differ. */
export function isoOf(time: number): string {
  const whole = Math.trunc(time);
  const ofSecond = Math.floor(whole / SECOND_MS);
  if (ofSecond !== second) {
    head = new Date(ofSecond * SECOND_MS).toISOString().slice(0, -4);
    second = ofSecond;
  }
  const milliseconds = whole - ofSecond * SECOND_MS;
  return `${head}${milliseconds < 10 ? '00' : milliseconds < 100 ? '0' : ''}${milliseconds}Z`;
}
