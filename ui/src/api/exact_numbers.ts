/** JSON.parse makes every number a 64-bit float: 1883097217372258305 would arrive as 1883097217372258300, 18.50 as 18.5.
 * Here numbers that a float does not hold as they were written become strings, digit by digit, before anybody parses them. */

const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

export function withExactNumbers(json: string): string {
  return json.replace(token, (found) => (found.startsWith('"') || isExact(found) ? found : `"${found}"`));
}

function isExact(number: string): boolean {
  if (/[eE]/.test(number)) return true;
  return String(Number(number)) === number;
}
