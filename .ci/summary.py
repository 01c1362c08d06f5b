"""Sums the test results (*.trx) of a directory: summary.py DIR FAILED_STEPS. Prints what tests of many seeds or inputs met, each failure, each reason for a skip,
and one plain line last.
With HYPERGEN_REQUIRE=1 a skipped test that .ci/allowed-skips does not name counts as failed."""
import collections
import os
import pathlib
import sys
import xml.etree.ElementTree as ET

NS = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"
directory, failed_steps = pathlib.Path(sys.argv[1]), int(sys.argv[2])
passed = failed = skipped = 0
skips = collections.Counter()
allowed = [line.split()[0] for line in pathlib.Path(__file__).with_name("allowed-skips").read_text().splitlines() if line and not line.startswith("#")]
# Which tests say what they met, and how many lines of it are worth a log.
REPORTS = {"HyperGen.Quic.Simulation.SeedTests.": 40, "HyperGen.Fuzz.FuzzTests.": 1}
is_strict = os.environ.get("HYPERGEN_REQUIRE") == "1"
for path in sorted(directory.rglob("*.trx")):
    for result in ET.parse(path).getroot().iter(NS + "UnitTestResult"):
        outcome = result.get("outcome")
        message = " ".join((result.findtext(f"{NS}Output/{NS}ErrorInfo/{NS}Message") or result.findtext(f"{NS}Output/{NS}StdOut") or "").split())
        said = (result.findtext(f"{NS}Output/{NS}StdOut") or "").strip().splitlines()
        lines = next((count for name, count in REPORTS.items() if result.get("testName").startswith(name)), 0)
        if said and lines:
            print("\n  ".join([result.get("testName"), *said[:lines]]))
        if outcome == "Passed":
            passed += 1
        elif outcome == "NotExecuted" and is_strict and not any(result.get("testName").startswith(name) for name in allowed):
            failed += 1
            print(f"skipped, and not among the allowed skips: {result.get('testName')}: {message[:400]}")
        elif outcome == "NotExecuted":
            skipped += 1
            skips[message[:160] or result.get("testName")] += 1
        else:
            failed += 1
            print(f"failed: {result.get('testName')}: {message[:400]}")
for reason, count in skips.most_common():
    print(f"skipped {count}: {reason}")
# A step that is no test (formatting, packing, the native binary) counts as one failure of its own.
if failed_steps and not failed:
    failed = failed_steps
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or failed_steps or not passed else 0)
