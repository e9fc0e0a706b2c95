"""The rule of the gates, alone and over random facts."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.core.gates import Facts, gate_of

AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=3)
moments = st.none() | st.integers(-1000, 1000).map(lambda minutes: AT + timedelta(minutes=minutes))
facts = st.builds(
    Facts,
    channel=st.sampled_from(["website", "weibo", "wechat", "feed", "other"]),
    not_before=moments,
    sources_due=st.lists(moments, max_size=3).map(tuple),
    page_is_live=st.booleans(),
)


def test_a_website_delivery_without_conditions_may_go():
    assert gate_of(Facts("website", None, (), page_is_live=False), at=AT).name is None


def test_a_social_post_waits_for_the_page():
    assert gate_of(Facts("weibo", None, (), page_is_live=False), at=AT).name == "website_live"


def test_a_social_post_goes_once_the_page_is_live():
    assert gate_of(Facts("wechat", None, (), page_is_live=True), at=AT).name is None


def test_a_scheduled_release_waits_for_its_time():
    gate = gate_of(Facts("website", LATER, (), page_is_live=False), at=AT)
    assert (gate.name, gate.due_at) == ("time", LATER)


def test_a_release_goes_at_its_time_and_not_a_moment_later():
    assert gate_of(Facts("website", AT, (), page_is_live=False), at=AT).name is None


def test_one_source_that_nobody_can_see_holds_an_interpretation():
    gate = gate_of(Facts("website", None, (AT, None), page_is_live=False), at=AT)
    assert (gate.name, gate.due_at) == ("source_live", None)


def test_the_latest_of_all_times_counts():
    gate = gate_of(Facts("website", AT, (LATER, AT), page_is_live=False), at=AT)
    assert gate.due_at == LATER


def test_what_no_platform_confirms_waits_for_evidence():
    assert gate_of(Facts("other", None, (), page_is_live=False), at=AT).name == "evidence"


@given(facts)
def test_nothing_goes_before_its_sources_and_its_time(given_facts: Facts):
    gate = gate_of(given_facts, at=AT)
    if gate.name is None:
        assert None not in given_facts.sources_due
        assert all(due <= AT for due in given_facts.sources_due if due)
        assert given_facts.not_before is None or given_facts.not_before <= AT
        assert given_facts.channel == "website" or given_facts.page_is_live


@given(facts, st.integers(0, 10_000))
def test_a_gate_that_is_open_does_not_shut_by_itself(given_facts: Facts, minutes: int):
    if gate_of(given_facts, at=AT).name is None:
        assert gate_of(given_facts, at=AT + timedelta(minutes=minutes)).name is None


@given(facts)
def test_a_time_gate_always_says_when_it_opens(given_facts: Facts):
    gate = gate_of(given_facts, at=AT)
    if gate.name == "time":
        assert gate.due_at is not None
        assert gate.due_at > AT
    else:
        assert gate.due_at is None
