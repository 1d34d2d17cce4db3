"""Checks raise doubts about a translation. To add one, write a decorated function.

Put it into a module of this folder (a new module also into _MODULES):

    @check("name")
    def check_name(pair: Pair) -> Iterator[Finding]:
        if …:
            yield pair.doubt("name", "major", "What a reader should look at.", span)

A function under @ledger("name") returns the entries of a pair: what the translation must keep and
its rendering. A function under @document_check("name") sees all pairs and entries of a column.
"""

from workbench.checks.registry import (
    CHECKS,
    DOCUMENT_CHECKS,
    LEDGERS,
    Check,
    Pair,
    Review,
    account,
    check,
    document_check,
    ledger,
    review,
    review_again,
    run_checks,
    work_list,
)

__all__ = [
    "CHECKS",
    "DOCUMENT_CHECKS",
    "LEDGERS",
    "Check",
    "Pair",
    "Review",
    "account",
    "check",
    "document_check",
    "ledger",
    "review",
    "review_again",
    "run_checks",
    "work_list",
]
