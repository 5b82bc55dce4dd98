"""Whether a known weakness stands in anything that is installed: `make audit`.

pip-audit asks for the published advisories. On a machine that does not reach them nothing is known, which is
said and is no failure; a weakness that is found is one.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COMMAND = (
    sys.executable,
    "-m",
    "pip_audit",
    "--format",
    "json",
    "--progress-spinner",
    "off",
    "--skip-editable",
)
OF_OUR_OWN = "textdesk"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many packages were looked up and how many not, and one line for each weakness."""

    checked: int
    unchecked: tuple[str, ...]
    weaknesses: tuple[str, ...]

    def words(self) -> str:
        if not self.checked:
            return "NOT CHECKED: the advisories cannot be reached from here, so nothing is known."
        lines = [
            *self.weaknesses,
            f"{self.checked} packages checked, {len(self.weaknesses)} known weaknesses.",
        ]
        if self.unchecked:
            lines.append(f"Not checked: {', '.join(self.unchecked)}.")
        return "\n".join(lines)


def judge(report: Mapping[str, Any]) -> Verdict:
    """What pip-audit's report (its JSON) comes to."""
    packages = [each for each in report["dependencies"] if each["name"] != OF_OUR_OWN]
    checked = [each for each in packages if "skip_reason" not in each]
    return Verdict(
        checked=len(checked),
        unchecked=tuple(each["name"] for each in packages if "skip_reason" in each),
        weaknesses=tuple(
            f"{each['name']} {each['version']}: {weakness['id']}, mended in "
            f"{', '.join(weakness['fix_versions']) or 'no release yet'}"
            for each in checked
            for weakness in each["vulns"]
        ),
    )


def main() -> None:
    done = subprocess.run(COMMAND, capture_output=True, text=True)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        if "ConnectionError" not in done.stderr and "ServiceError" not in done.stderr:
            raise SystemExit(done.stderr) from None
        report = {"dependencies": []}
    verdict = judge(report)
    print(verdict.words())
    raise SystemExit(1 if verdict.weaknesses else 0)


if __name__ == "__main__":
    main()
