import { expect, test } from "@playwright/test";
import { Desk, type LonLat } from "../desk";
import { Colleague, login, openTown } from "../town";

/** One frame of our own work at most, for every move of the pointer. */
const MOVE_MS_MAX = 8;
const MOVES = 120;

/** A grid of 306 micro-grids of 24 corners each with 1,224 buildings: larger than any that was met. */
const [COLUMNS, ROWS, STEP] = [18, 17, 0.0008];
const [WEST, SOUTH] = [104.2, 30.9];

function square(
  x: number,
  y: number,
  width: number,
  height: number,
  corners: number,
) {
  const sides: [number, number, number, number, number][] = [
    [x, y, 1, 0, width],
    [x + width, y, 0, 1, height],
    [x + width, y + height, -1, 0, width],
    [x, y + height, 0, -1, height],
  ];
  const ring = sides.flatMap(([fromX, fromY, dx, dy, length]) =>
    Array.from({ length: corners / 4 }, (_, n): LonLat => {
      const along = (n * length) / (corners / 4);
      return [
        +(fromX + dx * along).toFixed(7),
        +(fromY + dy * along).toFixed(7),
      ];
    }),
  );
  return { type: "Polygon", coordinates: [[...ring, ring[0]!]] };
}

const feature = (kind: string, name: string, geometry: unknown) => ({
  type: "Feature",
  geometry,
  properties: { kind, name },
});

function quarter(): unknown[] {
  const whole = square(WEST, SOUTH, STEP * COLUMNS, STEP * ROWS, 4);
  const features = ["district", "street", "community", "grid"].map((kind) =>
    feature(kind, `量${kind}`, whole),
  );
  for (let column = 0; column < COLUMNS; column++) {
    for (let row = 0; row < ROWS; row++) {
      const [x, y] = [WEST + column * STEP, SOUTH + row * STEP];
      features.push(
        feature(
          "micro_grid",
          `量-${column}-${row}`,
          square(x, y, STEP, STEP, 24),
        ),
      );
      for (let n = 0; n < 4; n++) {
        const walls = square(
          x + STEP * (0.15 + 0.2 * n),
          y + STEP * 0.3,
          STEP * 0.12,
          STEP * 0.12,
          8,
        );
        features.push(feature("building", `${n + 1}栋`, walls));
      }
    }
  }
  return features;
}

const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)] ??
  NaN;

// A measurement, not a test: it fails only when it cannot measure.
test("a corner shared by four is dragged among 306 children", async ({
  page,
}, info) => {
  test.setTimeout(300_000);
  const town = await openTown("street");
  try {
    const colleague = await new Colleague(town.url).login();
    await colleague.import(quarter());
    const [place] = await colleague.places(
      `kind=micro_grid&q=${encodeURIComponent("量-9-8")}&geometry=full&limit=1`,
    );
    await login(page, town.url);
    const desk = new Desk(page, info);
    const asked = Date.now();
    await desk.open(town.url, place!);
    const opened = Date.now() - asked;
    const corner: LonLat = [WEST + 9 * STEP, SOUTH + 8 * STEP];
    await desk.look(corner, 18);
    const [x, y] = desk.at(corner);
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let n = 0; n < MOVES; n++) {
      await page.mouse.move(x + 30 * Math.sin(n / 5), y + 30 * Math.cos(n / 7));
    }
    const measured = await page.evaluate(() =>
      ["desk move", "desk paint"].map((name) =>
        performance.getEntriesByName(name).map(({ duration }) => duration),
      ),
    );
    await page.mouse.up();
    const [moves = [], paints = []] = measured;
    expect(moves.length).toBeGreaterThan(MOVES / 2);
    const row = (what: string, values: readonly number[]) =>
      `| ${what} | ${at(values, 0.5).toFixed(2)} ms | ${at(values, 0.95).toFixed(2)} ms | ${MOVE_MS_MAX} ms | ${at(values, 0.95) <= MOVE_MS_MAX ? "within" : "OVER"} |`;
    console.log(
      [
        "",
        `The desk with 306 children of 24 corners and 1,224 buildings; opened in ${(opened / 1000).toFixed(1)} s with the page`,
        "",
        "| our own work | median | p95 | budget | |",
        "|---|---|---|---|---|",
        row(`one of ${moves.length} moves of the pointer`, moves),
        row(`painting what is in hand, ${paints.length} frames`, paints),
        "",
      ].join("\n"),
    );
  } finally {
    await town.end();
  }
});
