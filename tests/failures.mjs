// One line for each story that failed: its name and the beginning of what it said.
//   node tests/failures.mjs vitest|playwright report.json
import { readFileSync } from "node:fs";

const [, , kind, file] = process.argv;
const report = JSON.parse(readFileSync(file, "utf8"));
// Terminal colours would hide the words from whoever reads the log as text.
const plain = (text) => text.replace(/\u001b\[[0-9;]*m/g, "").replace(/\s+/g, " ").trim();

function* playwright(suite, above) {
  const name = [...above, suite.title].filter(Boolean);
  for (const spec of suite.specs ?? [])
    for (const test of spec.tests)
      if (test.status === "unexpected") {
        const said = test.results.flatMap((result) => result.errors ?? []).map((error) => error.message ?? "");
        yield `[${test.projectName}] ${[...name, spec.title].join(" > ")}: ${plain(said[0] ?? "no word")}`;
      }
  for (const inner of suite.suites ?? []) yield* playwright(inner, name);
}

const lines =
  kind === "playwright"
    ? [
        ...(report.errors ?? []).map((error) => plain(error.message ?? "")),
        ...report.suites.flatMap((suite) => [...playwright(suite, [])]),
      ]
    : report.testResults.flatMap((part) => [
        ...(part.status === "failed" && part.assertionResults.length === 0 ? [`${part.name}: ${plain(part.message)}`] : []),
        ...part.assertionResults
          .filter((test) => test.status === "failed")
          .map((test) => `${test.fullName}: ${plain(test.failureMessages[0] ?? "no word")}`),
      ]);
for (const line of lines) console.log(line);
