"""Checks raise doubts about a translation. To add one, write a decorated function.

Put it into a module of this folder (a new module also into _MODULES):

    @check("name")
    def check_name(pair: Pair) -> Iterator[Finding]:
        if …:
            yield pair.doubt("name", "major", "What a reader should look at.", span)
"""

from workbench.checks.registry import (
    CHECKS,
    Check,
    Pair,
    account,
    check,
    run_checks,
    work_list,
)

__all__ = ["CHECKS", "Check", "Pair", "account", "check", "run_checks", "work_list"]
