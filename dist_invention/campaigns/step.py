"""One run of a campaign: the command that makes it and what it waits for."""

from dataclasses import dataclass
from pathlib import Path

from dist_invention.campaigns.command import RUNS_DIR, names_folder
from dist_invention.campaigns.decisions import Rule


@dataclass(frozen=True)
class Step:
    """A script that leaves one sealed run, started once what it waits for is finished.

    The engine adds `--runs-dir`, so that a folder is named in one place only, and
    whatever the rules in `decide` answer.

    Args:
        name: Its name in the campaign, and by default its folder there.
        command: Script and flags, for this Python; without `--runs-dir`.
        after: Names of the steps that must have finished.
        decide: Rules asked, in order, once those have: each may add flags or skip the
            step, and says why.
        runs_dir: Folder of its runs; `<campaign folder>/<name>` if left out.

    Raises:
        ValueError: If the name is no name of a folder, there is no script, or the
            command names its own folder of runs.

    Example:
        >>> Step("joint-s0", ("train.py", "--arm", "joint"), after=("a-s0",)).after
        ('a-s0',)
    """

    name: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    decide: tuple[Rule, ...] = ()
    runs_dir: Path | None = None

    def __post_init__(self):
        if not self.name or self.name in (".", "..") or {"/", "\0"} & set(self.name):
            raise ValueError(
                "Expected the name of a step to be the name of one folder. "
                f"Received: {self.name!r}. Rename the step, as in `joint-s0`."
            )
        if not self.command or not self.command[0]:
            raise ValueError(
                f"Expected the script that step `{self.name}` starts. Received: no "
                "command. Give the script and its flags, each a word."
            )
        if names_folder(self.command):
            raise ValueError(
                f"Expected the campaign to choose the folder of step `{self.name}`. "
                f"Received: {RUNS_DIR} in its command. Give `runs_dir` to the step "
                "instead, or leave it out."
            )

    def folder(self, campaign: Path) -> Path:
        """Return the folder of its runs inside a campaign's folder."""
        return campaign / self.name if self.runs_dir is None else self.runs_dir
