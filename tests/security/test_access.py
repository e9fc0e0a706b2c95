"""server/security/access.py: what each role may do, as a table."""

from typing import get_args

import pytest

from server.core.problems import Problem
from server.security.access import ACT_NAMES, MAY, Act, SignedIn
from server.store.people import Role
from server.store.words import ROLES


def who(*reach: tuple[Role, str], only_role: Role | None = None) -> SignedIn:
    return SignedIn("1", "nar", "娜仁", "2", frozenset(reach), only_role)


TABLE = {
    "author": {"read", "read_statistics", "write", "submit", "file_evidence", "waive"},
    "reviewer": {"read", "read_statistics", "approve", "return", "file_report", "waive"},
    "chief": {
        "read", "read_statistics", "approve", "return", "release", "withdraw", "file_report", "accept_report",
        "waive", "manage_dictionary", "file_evidence",
    },
    "reporter": {"read_statistics"},
    "admin": set(get_args(Act)),
}  # fmt: skip


def test_the_table_says_what_the_office_agreed_on():
    assert {role: set(acts) for role, acts in MAY.items()} == TABLE


def test_every_role_of_the_database_has_a_line():
    assert set(MAY) == set(ROLES)


def test_every_act_has_a_name_on_screen():
    assert set(ACT_NAMES) == set(get_args(Act))


def test_a_role_reaches_its_organs_and_no_other():
    clerk = who(("author", "here"), ("reporter", "there"))
    assert clerk.orgs_for("write") == {"here"}
    assert clerk.orgs_for("read_statistics") == {"here", "there"}


def test_what_is_not_allowed_there_is_refused_with_its_name():
    with pytest.raises(Problem, match="发布稿件") as refused:
        who(("author", "here")).require("release", "here")
    assert refused.value.code == "forbidden"


def test_a_role_elsewhere_does_not_help():
    with pytest.raises(Problem):
        who(("chief", "there")).require("release", "here")


def test_a_person_without_roles_may_do_nothing():
    assert all(not who().orgs_for(act) for act in get_args(Act))


@pytest.mark.parametrize("only_role", get_args(Role))
@pytest.mark.parametrize("role", get_args(Role))
def test_a_narrowed_token_allows_what_both_roles_allow(role: Role, only_role: Role):
    narrowed = who((role, "here"), only_role=only_role)
    assert {act for act in get_args(Act) if narrowed.orgs_for(act)} == MAY[role] & MAY[only_role]
