// The rows of a list, for whoever goes from one to another.
export const rowOf = (key) => document.getElementById(`row-${key}`);
export const linkIn = (row) => row?.querySelector("[data-row-link]");

// The rows after one, or before it, the nearest first; of a row that is not there none.
export function beyond(rows, row, step = 1) {
  const place = rows.indexOf(row);
  if (place < 0) return [];
  return step > 0 ? rows.slice(place + 1) : rows.slice(0, place).reverse();
}
