/** What a list showed already, and shows again. Pure. */
import type { Row } from './rows';

/** A row that says what it said is the same one, and so are all together: nobody draws them again. */
export function kept(rows: Row[], before: Row[]): Row[] {
  const known = new Map(before.map((row) => [row.id, row]));
  const found = rows.map((row) => {
    const former = known.get(row.id);
    return former && saysTheSame(row, former) ? former : row;
  });
  const still = found.length === before.length && found.every((row, index) => row === before[index]);
  return still ? before : found;
}

function saysTheSame({ tags, ...a }: Row, { tags: others, ...b }: Row): boolean {
  const worn = tags.length === others.length && tags.every((tag, index) => isSame(tag, others[index]));
  return worn && isSame(a, b);
}

/** Of one shape, field by field. */
function isSame<T extends object>(a: T, b: T | undefined): boolean {
  return b !== undefined && (Object.keys(a) as (keyof T)[]).every((key) => a[key] === b[key]);
}
