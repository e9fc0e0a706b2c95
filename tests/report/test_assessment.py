import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.report.assessing.measures import MEASURES, share
from server.report.assessing.scheme import DEFAULT, OURS, BadScheme, read_scheme

TEXT = DEFAULT.read_text("utf-8")


def test_our_scheme_has_the_four_aspects_and_at_least_seventeen_indicators():
    aspects = list(dict.fromkeys(one.aspect for one in OURS))
    assert aspects == ["组织建设", "主动公开", "解读回应", "依申请公开"]
    assert len(OURS) >= 17
    assert sum(one.weight for one in OURS) == 100


def test_every_measure_of_the_system_is_used_by_our_scheme():
    assert {one.key for one in OURS if one.is_computed} == MEASURES


@given(value=st.decimals(min_value=0, max_value=1000, places=2))
def test_points_stay_between_nothing_and_the_weight(value: Decimal):
    for one in OURS:
        assert 0 <= one.points(value) <= one.weight


@pytest.mark.parametrize("one", OURS, ids=lambda one: one.key)
def test_the_full_value_earns_all_points_and_the_zero_value_none(one):
    assert one.points(one.full) == one.weight
    assert one.points(one.zero) == 0


@given(values=st.tuples(*[st.decimals(min_value=0, max_value=300, places=1)] * 2))
def test_a_better_value_never_earns_less(values: tuple[Decimal, Decimal]):
    low, high = sorted(values)
    for one in OURS:
        better, worse = (high, low) if one.full > one.zero else (low, high)
        assert one.points(better) >= one.points(worse)


def test_there_is_no_share_of_nothing():
    assert share(0, 0, "件") is None
    found = share(2, 3, "件")
    assert found is not None
    assert (found.value, found.basis) == (Decimal("66.7"), "3 件中的 2")


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("weight = 8", "weight = 9", "合计应为 100"),
        ('key = "items"', 'key = "channels"', "重复"),
        ('key = "items"', 'key = "beauty"', "beauty"),
        ("zero = 0\nfull = 200", "zero = 200\nfull = 200", "相同"),
        ('how = "computed"', 'how = "guessed"', "how"),
        ("weight = 8", "weight = eight", "TOML"),
        ("[[indicator]]", "[indicator]", "TOML"),
    ],
)
def test_a_scheme_that_contradicts_itself_is_refused_with_the_reason(
    tmp_path: Path, old: str, new: str, word: str
):
    path = tmp_path / "scheme.toml"
    assert old in TEXT
    head, mark, lines = TEXT.partition("[[indicator]]")
    path.write_text(head + (mark + lines).replace(old, new, 1 if "[[" not in old else -1), "utf-8")
    with pytest.raises(BadScheme, match=word):
        read_scheme(path)


def test_an_offices_own_weights_count(tmp_path: Path):
    path = tmp_path / "scheme.toml"
    path.write_text(
        '[[indicator]]\naspect = "甲"\nkey = "items"\nname = "条数"\nhow = "computed"\nunit = "条"\n'
        "zero = 0\nfull = 10\nweight = 100\n",
        "utf-8",
    )
    (one,) = read_scheme(path)
    assert (one.weight, one.points(Decimal(5))) == (100, 50)


def test_a_scheme_file_that_is_not_there_is_told_plainly(tmp_path: Path):
    with pytest.raises(BadScheme, match="读不了"):
        read_scheme(tmp_path / "none.toml")


def test_the_scheme_file_says_how_it_is_changed():
    assert "assessment_file" in TEXT
    assert tomllib.loads(TEXT)["indicator"]
