"""Deliberate faults in the core, each with the tests that must notice it.

A change is an exact text and what stands in its place; when the text is gone or stands twice, trying the
mutant fails loudly, and whoever changed the text writes the mutant anew.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Change:
    """In this file, this text becomes that one."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault: its name, the changes that make it, and arguments for pytest.

    `equivalent` says why no test can notice it, for one that changes nothing that can be seen. `engine` is the
    database that its tests run on.
    """

    name: str
    changes: tuple[Change, ...]
    tests: tuple[str, ...]
    equivalent: str | None = None
    engine: Literal["sqlite", "postgresql"] = "sqlite"


SETTLEMENTS, DISPATCH = "server/core/settlements.py", "server/core/dispatch.py"
SETTLE, RECONCILE, GATES = "server/core/settle.py", "server/core/reconcile.py", "server/core/gates.py"
ARRIVALS, BACKLOG, LEDGER = "server/store/arrivals.py", "server/store/backlog.py", "server/store/ledger.py"
PLATFORMS = "tests/faults/test_platforms.py"
PUSHES = "tests/core/test_pushes.py"
PUSH_LOOKS = "server/core/push_looks.py"
HEARING = "server/store/hearing.py"
AT_ONCE = "tests/faults/test_at_once.py"
GUARDS = "server/store/migrations/versions/0056_guards.py"

MUTANTS = (
    Mutant(
        "a lapsed lease makes a delivery ready instead of unknown",
        (
            Change(
                RECONCILE,
                'leg.id, "sending", "unknown", at=at, under',
                'leg.id, "sending", "ready", at=at, under',
            ),
        ),
        ("tests/core/test_reconcile.py",),
    ),
    Mutant(
        "no answer is taken for not accepted",
        (Change("channels/transport.py", "return NoAnswer(type(error)", "return NotSent(type(error)"),),
        ("tests/core/test_reconcile.py", "tests/channels/test_contract.py"),
    ),
    Mutant(
        "a batch of arrivals does not ask whose attempt it is",
        (
            Change(
                ARRIVALS,
                """("deliveries.state")} = 'sending'\n                AND deliveries.attempt_id = g.attempt_id""",
                """("deliveries.state")} = 'sending'""",
            ),
            Change(
                ARRIVALS,
                """AND deliveries.state = 'sending'\n                AND deliveries.attempt_id = g.attempt_id""",
                "AND deliveries.state = 'sending'",
            ),
        ),
        ("tests/core/test_dispatch.py", "tests/faults/test_takeover.py"),
    ),
    Mutant(
        "settling does not ask whose attempt it is",
        (
            Change("server/store/deliveries.py", 'if old == "sending":', "if old is None:"),
            Change(
                DISPATCH,
                'if (leg.state, leg.attempt_id) == ("sending", claimed.leg.attempt_id):',
                'if leg.state == "sending":',
            ),
        ),
        ("tests/faults/test_takeover.py",),
    ),
    Mutant(
        "a worker whose lease is over sends all the same",
        (
            Change(
                "server/core/workplace.py",
                "lease is not None and self.now() < lease.until and self.uptime() < lease.ends",
                "lease is not None",
            ),
        ),
        ("tests/core/test_dispatch.py", "tests/faults/test_takeover.py"),
    ),
    Mutant(
        "an unknown outcome is published again in place of a look",
        (
            Change(
                RECONCILE,
                "sighting = await ready.channel.find(ready.post, since=since, notes=notes)",
                "said = await ready.channel.publish(ready.post, None, at=place.now())  # type: ignore\n"
                "    sighting = said if isinstance(said, Receipt) else CouldNotLook(str(notes) + str(since))",
            ),
        ),
        ("tests/core/test_reconcile.py",),
    ),
    Mutant(
        "a look that failed is taken for proof of absence",
        (
            Change(
                "channels/weibo/channel.py",
                "if isinstance(statuses, CouldNotLook):\n            return statuses",
                "if isinstance(statuses, CouldNotLook):\n            return Absent()",
            ),
        ),
        ("tests/channels/test_contract.py",),
    ),
    Mutant(
        "the core takes a look that failed for proof of absence",
        (
            Change(
                RECONCILE,
                "        case Absent():\n            overtaken",
                "        case Absent() | CouldNotLook():\n            overtaken",
            ),
        ),
        ("tests/core/test_reconcile.py",),
    ),
    Mutant(
        "a status does not carry the link of its page",
        (Change("channels/weibo/channel.py", 'return f"{words} {link}"', 'return f"{words} " + link[:0]'),),
        ("tests/channels/test_contract.py",),
    ),
    Mutant(
        "an article does not carry the link of its page",
        (
            Change(
                "channels/wechat/channel.py",
                'mark = f"{content.url}#r{content.release}"',
                'mark = content.url.rpartition("/")[0]',
            ),
        ),
        ("tests/channels/test_contract.py",),
    ),
    Mutant(
        "a job that was handed in is forgotten by the look",
        (
            Change(
                "channels/wechat/channel.py",
                'if job and submitted_at in ("", notes.get("submitted_at")):',
                'if job and submitted_at == "nothing":',
            ),
            Change(
                "channels/wechat/channel.py",
                "case Listed() if _may_still_run(notes):",
                "case Listed() if not notes:",
            ),
        ),
        (f"{PLATFORMS}::test_a_job_whose_answer_was_lost_and_that_takes_long_is_not_handed_in_again",),
    ),
    Mutant(
        "the key of the first line is dropped",
        (
            Change(
                "server/store/migrations/versions/0052_first_days.py",
                '"uq_ledger_first_live", ["item_id", "channel"], _FIRST',
                '"uq_ledger_first_live", ["item_id", "channel", "id"], _FIRST',
            ),
            Change(
                ARRIVALS, "ON CONFLICT (item_id, channel) WHERE", "ON CONFLICT (item_id, channel, id) WHERE"
            ),
            Change(
                LEDGER,
                'index_elements=["item_id", "channel"], index_where',
                'index_elements=["item_id", "channel", "id"], index_where',
            ),
        ),
        ("tests/core/test_dispatch.py", "tests/core/test_withdraw.py"),
    ),
    Mutant(
        "an earlier day that is proved later moves nothing",
        (
            Change(
                "server/core/first_days.py",
                "    return line.day < today and await _bring_forward(tx, line, new_id)\n",
                "    return False\n",
            ),
        ),
        ("tests/core/test_first_days.py",),
    ),
    Mutant(
        "what was taken back is counted all the same",
        (
            Change(
                "server/store/statistics.py",
                'found[*of, "counted"] -= int(many)',
                'found[*of, "counted"] -= 0 * int(many)',
            ),
        ),
        ("tests/core/test_first_days.py",),
    ),
    Mutant(
        "a counter is raised without a line",
        (
            Change(
                LEDGER,
                "    if (await tx.execute(statement)).rowcount != 1:\n        return False\n    await _raise_counter(tx, entry)\n    return True",
                "    written = (await tx.execute(statement)).rowcount == 1\n    await _raise_counter(tx, entry)\n    return written",
            ),
        ),
        ("tests/core/test_dispatch.py", "tests/core/test_verify.py"),
    ),
    Mutant(
        "a batch counts lines that were not the first",
        (
            Change(
                ARRIVALS,
                "counts = Counter(tuple(row) for row in written)",
                "counts = Counter(line[:5] for line in lines)",
            ),
        ),
        ("tests/core/test_dispatch.py", "tests/faults/test_kill.py", "tests/faults/test_stateful.py"),
    ),
    Mutant(
        "items are summed over channels in place of distinct ones",
        (
            Change(
                "server/report/figures.py",
                '        items=_sum(counters, "item", "counted"),',
                '        items=sum(_sum(counters, channel, "counted") for channel in COUNTED_AS),',
            ),
        ),
        ("tests/report/test_figures.py",),
    ),
    Mutant(
        "settling writes no ledger line",
        (Change(SETTLE, "    await _count(tx, leg, bench, live_at=live_at, at=at)\n", ""),),
        ("tests/core/test_dispatch.py",),
    ),
    Mutant(
        "a batch of arrivals writes no ledger line",
        (
            Change(
                ARRIVALS,
                "        lines = _lines(tuple(one for one in come if one.is_counted), new_id)\n",
                "        lines = _lines(come[:0], new_id)\n",
            ),
            Change(ARRIVALS, "WHERE l.line_id IS NOT NULL ORDER", "WHERE false ORDER"),
        ),
        ("tests/core/test_dispatch.py",),
    ),
    Mutant(
        "the attempt is committed after the call",
        (
            Change(
                BACKLOG,
                '        yield texts["attempts"], (given, order.worker, at, until)\n',
                "",
            ),
            Change(BACKLOG, "'{{}}' FROM moved\n", "'{{}}' FROM moved WHERE false\n"),
            Change(
                DISPATCH,
                "        outcome = await _send(place, claimed)\n",
                "        outcome = await _send(place, claimed)\n"
                "        async with place.store.begin() as late:\n"
                "            from server.store.tables import attempt as attempts\n"
                "            await late.execute(attempts.insert().values(\n"
                "                id=claimed.leg.attempt_id, delivery_id=claimed.leg.id, number=claimed.leg.tries,\n"
                "                worker=place.worker, opened_at=place.now(), lease_until=lease_until, notes={}))\n",
            ),
        ),
        ("tests/core/test_dispatch.py",),
    ),
    Mutant(
        "social posts do not wait for the page",
        (
            Change(
                GATES,
                "if facts.channel in NEED_THE_PAGE and not facts.page_is_live:",
                'if facts.channel == "" and not facts.page_is_live:',
            ),
        ),
        ("tests/core/test_gates.py", "tests/core/test_release.py"),
    ),
    Mutant(
        "a page counts as live before its address has answered",
        (
            Change(
                "channels/website/channel.py",
                "            return NotAccepted(_AGAIN, NO_ROOM)\n        return self._receipt(post, live_at=None)\n\n    async def confirm",
                "            return NotAccepted(_AGAIN, NO_ROOM)\n        return self._receipt(post, live_at=at)\n\n    async def confirm",
            ),
        ),
        ("tests/channels/test_website_channel.py",),
    ),
    Mutant(
        "an interpretation does not wait for its source",
        (
            Change(
                GATES,
                "if None in facts.sources_due:",
                'if None in facts.sources_due and facts.channel == "":',
            ),
        ),
        ("tests/core/test_gates.py", "tests/core/test_follow.py"),
    ),
    Mutant(
        "a due date is kept nowhere but in a wake-up",
        (Change(GATES, 'return Gate("time", due)', 'return Gate("time")'),),
        ("tests/core/test_gates.py", "tests/core/test_follow_cases.py"),
    ),
    Mutant(
        "a worker looks only when it is told to",
        (
            Change(
                "server/core/rounds.py",
                "asyncio.ensure_future(wakeups.wait(seconds)),",
                "asyncio.ensure_future(wakeups.wait(seconds * 1e9)),",
            ),
        ),
        ("tests/faults/test_lost_wakeups.py",),
    ),
    Mutant(
        "what comes back after a withdrawal stays",
        (Change(SETTLE, "    await _came_late(tx, leg, bench.terms, at=at)\n", ""),),
        ("tests/core/test_withdraw.py", "tests/core/test_backlog.py"),
    ),
    Mutant(
        "a look is taken before the platform has settled",
        (
            Change(
                SETTLE,
                "            due = at + timedelta(seconds=limits.settle_after)\n",
                "            due = at + timedelta(seconds=limits.settle_after * 0)\n",
            ),
        ),
        ("tests/core/test_reconcile.py",),
    ),
    Mutant(
        "days are cut at midnight in London",
        (
            Change(
                "server/core/days.py",
                "return moment.astimezone(SHANGHAI).date()",
                'return moment.astimezone(ZoneInfo("UTC")).date()',
            ),
        ),
        ("tests/report/test_figures.py",),
    ),
    Mutant(
        "callers are told before their commit stands",
        (
            Change(
                "server/store/commits.py",
                "        await asyncio.shield(commit)\n",
                "        commit.add_done_callback(lambda done: done.cancelled() or done.exception())\n",
            ),
        ),
        ("tests/store/test_commits.py",),
    ),
    Mutant(
        "a page is written in place",
        (
            Change(
                "channels/docroot.py",
                "            written.append((_temporary(place), place))",
                "            written.append((place, place))",
            ),
            Change(
                "channels/docroot.py",
                "os.O_CREAT | os.O_EXCL | os.O_CLOEXEC",
                "os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC",
            ),
        ),
        ("tests/channels/test_docroot.py",),
    ),
    Mutant(
        "a repeat that the platform refuses is taken for not accepted",
        (
            Change(
                "channels/weibo/outcomes.py",
                '20019: OutcomeUnknown("微博认为内容重复"),',
                '20019: NotAccepted(60.0, "微博认为内容重复"),',
            ),
        ),
        (f"{PLATFORMS}::test_a_repeat_that_weibo_refuses_was_ours",),
    ),
    Mutant(
        "an account has more in flight than it allows",
        (
            Change(
                BACKLOG,
                "room = min(most - flying.get(account_id, 0), limit)",
                "room = limit",
            ),
        ),
        ("tests/core/test_dispatch.py",),
    ),
    Mutant(
        "a network call inside a transaction is allowed",
        (Change("server/store/tx.py", "    if _inside.get():\n", "    if _inside.get() is None:\n"),),
        ("tests/core/test_dispatch.py",),
    ),
    Mutant(
        "an approval covers whatever was written after it",
        (
            Change(
                "server/store/approvals.py",
                ".where(approval.c.revision_id == revision_id, approval.c.content_hash == content_hash)",
                ".where(sa.or_(approval.c.revision_id == revision_id, approval.c.content_hash != content_hash))",
            ),
        ),
        ("tests/faults/test_seal.py",),
    ),
    Mutant(
        "what a stopping worker cuts off is not handed back",
        (
            Change(
                "server/core/rounds.py",
                "        await hand_back(place, held)\n",
                "        log.info(str(held))\n",
            ),
        ),
        ("tests/faults/test_stopping.py",),
    ),
    Mutant(
        "what a stopping worker hands back may be sent at once",
        (
            Change(
                DISPATCH,
                "            await renew_leases(tx, ids, place.now())\n",
                "            from server.store.tables import delivery\n"
                "            await tx.execute(delivery.update().where(delivery.c.attempt_id.in_(ids)).values(\n"
                "                state='ready', attempt_id=None, due_at=None))\n",
            ),
        ),
        ("tests/faults/test_stopping.py", "tests/faults/test_stateful.py"),
    ),
    Mutant(
        "a stopping worker waits for what hangs",
        (
            Change(
                "server/core/rounds.py",
                "asyncio.ensure_future(hurry.wait()), loop.time() + seconds",
                "asyncio.ensure_future(hurry.wait()), loop.time() + seconds * 1e9",
            ),
        ),
        ("tests/faults/test_stopping.py",),
    ),
    Mutant(
        "a page that found no room on the disk is taken for written",
        (
            Change(
                "channels/website/channel.py",
                "        except OSError:\n            return NotAccepted(_AGAIN, NO_ROOM)\n        return self._receipt(post, live_at=None)\n",
                "        except OSError:\n            return self._receipt(post, live_at=at)\n        return self._receipt(post, live_at=None)\n",
            ),
        ),
        ("tests/faults/test_full_disk.py",),
        engine="postgresql",
    ),
    Mutant(
        "a database without room is not told from one that is away",
        (
            Change(
                "server/store/room.py", "    sqlite3.SQLITE_IOERR_WRITE,", "    sqlite3.SQLITE_IOERR_READ,"
            ),
        ),
        ("tests/store/test_room.py", "tests/faults/test_full_disk.py"),
    ),
    Mutant(
        "the line goes on with a transaction that SQLite has undone",
        (
            Change(
                "server/store/commits.py",
                "        elif not is_open(shared.connection):\n",
                "        elif self._shared is None:\n",
            ),
        ),
        ("tests/store/test_commits.py",),
    ),
    Mutant(
        "acts go on in a transaction that SQLite has undone",
        (
            Change(
                "server/store/shares.py",
                "            if not is_open(connection):\n",
                "            if connection.closed:\n",
            ),
        ),
        ("tests/store/test_commits.py",),
    ),
    Mutant(
        "acts are told before their commit",
        (
            Change(
                "server/store/commits.py",
                "            is_sound = drive(commit_shares(connection, shares))\n"
                "            loop.call_soon_threadsafe(tell, shares)\n",
                "            drive(run_shares(connection, shares))\n"
                "            loop.call_soon_threadsafe(tell, shares)\n"
                "            is_sound = drive(commit_shares(connection, []))\n",
            ),
        ),
        ("tests/store/test_commits.py",),
    ),
    Mutant(
        "a push that came twice is acted upon twice",
        (Change(HEARING, "    return done.rowcount == 1\n", "    return done.rowcount >= 0\n"),),
        ("tests/subscribe/test_hear.py",),
    ),
    Mutant(
        "a job that is told of before its submission is answered is forgotten",
        (
            Change(
                "server/subscribe/hear.py",
                "    if article:\n",
                '    if article == "":\n',
            ),
        ),
        ("tests/subscribe/test_hear.py", "tests/faults/test_callbacks.py"),
    ),
    Mutant(
        "the look for a push sends what was withdrawn meanwhile",
        (
            Change(
                PUSH_LOOKS,
                "    if await _is_taken_back(place, articles):\n",
                "    if not await _is_taken_back(place, articles):\n",
            ),
        ),
        (f"{PUSHES}::test_what_was_withdrawn_before_a_look_is_not_sent_for_the_first_time_by_it",),
    ),
    Mutant(
        "a push that was refused leaves its draft behind",
        (Change("server/core/pushes.py", 'kept.state != "failed"', 'kept.state != "sent"'),),
        (f"{PUSHES}::test_a_push_that_the_platform_refuses_leaves_no_draft",),
    ),
    Mutant(
        "a push is not charged to the account's budget",
        (
            Change(
                "server/core/pushes.py",
                "    if used_up is None:\n        return False\n    until, why",
                "    if used_up is not None:\n        return False\n    until, why",
            ),
        ),
        (f"{PUSHES}::test_a_push_is_one_post_of_the_day_and_each_look_at_it_one_look",),
    ),
    Mutant(
        "what is planned goes out by the list of words of the day it was planned",
        (Change(GATES, "check.serial >= serial and", "check.serial >= 0 and serial >= 0 and"),),
        ("tests/review/test_planned.py",),
    ),
    Mutant(
        "what the newest words object to goes out at its time",
        (Change(GATES, "serial and not check.blocking", "serial"),),
        ("tests/review/test_planned.py",),
    ),
    Mutant(
        "nothing that waited is examined again",
        (Change(GATES, 'if leg.gate in (*WAITS, "check"))', 'if leg.gate == "nowhere")'),),
        ("tests/review/test_planned.py",),
    ),
    Mutant(
        "a look decides about a try that was made after it",
        (Change(RECONCILE, '("unknown", ready.leg.attempt_id)', '("unknown", leg.attempt_id)'),),
        ("tests/faults/test_paused.py::test_a_look_made_before_another_try_proves_nothing_of_that_try",),
    ),
    Mutant(
        "a person's word does not ask whether its release is being withdrawn",
        (Change("server/core/decide.py", "await lock_releases(tx, frozenset((leg.release_id,)))", "pass"),),
        ("tests/faults/test_at_once.py",),
        engine="postgresql",
    ),
    Mutant(
        "a connection that took longer than the lease is sent on",
        (
            Change(
                "server/core/fence.py",
                "if may_send is not None and not may_send():",
                "if may_send is not None and not may_send:",
            ),
        ),
        ("tests/faults/test_paused.py",),
    ),
    Mutant(
        "bytes leave without a question for the lease",
        (
            Change(
                "server/network.py",
                "        refuse_without_lease()\n        self._transport.write(data)",
                "        self._transport.write(data)",
            ),
        ),
        ("tests/faults/test_paused.py",),
    ),
    Mutant(
        "a look for a push makes its call however long ago it asked what was withdrawn",
        (
            Change(
                PUSH_LOOKS, "    with fenced(lambda: place.now() < asked_at + _AT_ONCE):", "    if asked_at:"
            ),
        ),
        (
            f"{PUSHES}::test_a_look_that_stands_still_before_its_call_sends_nothing_that_was_withdrawn_meanwhile",
        ),
    ),
    Mutant(
        "a page is written without a question for the lease",
        (
            Change(
                "server/core/fence.py",
                "            refuse_without_lease()\n            yield\n",
                "            yield\n",
            ),
        ),
        ("tests/faults/test_standing.py::test_it_writes_no_page_that_was_taken_back",),
    ),
    Mutant(
        "a clock that is set back lengthens a lease",
        (Change("server/core/workplace.py", " and self.uptime() < lease.ends", ""),),
        ("tests/faults/test_paused.py",),
    ),
    Mutant(
        "what a source lets go does not lock the source",
        (
            Change(
                GATES,
                "    await lock_releases(tx, frozenset((page.release_id,)))\n    return await find",
                "    return await find",
            ),
        ),
        (f"{AT_ONCE}::test_a_source_withdrawn_while_its_interpretation_is_released_holds_it",),
        engine="postgresql",
    ),
    Mutant(
        "a release does not look for a withdrawal at its moment",
        (
            Change(
                "server/core/release.py", "    await lock_newest(tx, order.item_id)  # a withdrawal", "    # "
            ),
        ),
        (AT_ONCE,),
        engine="postgresql",
    ),
    Mutant(
        "a withdrawal does not look for a release at its moment",
        (Change("server/core/withdraw.py", "    await lock_newest(tx, item_id)  # a release", "    # "),),
        (AT_ONCE,),
        engine="postgresql",
    ),
    Mutant(
        "a withdrawn source lets go what waits for it",
        (
            Change(
                "server/core/withdraw.py",
                "    await wake_followers(tx, item_id, bench.calendar, at=at)\n",
                "",
            ),
        ),
        (f"{AT_ONCE}::test_a_source_withdrawn_while_its_interpretation_is_released_holds_it",),
    ),
    Mutant(
        "who waited for the newest version holds one that is no longer the newest",
        (
            Change(
                "server/store/items.py", "    while found != held:\n", "    while held == found == item_id:\n"
            ),
        ),
        (f"{AT_ONCE}::test_twenty_people_who_write_the_next_version_at_once_write_it_or_are_told_why_not",),
        engine="postgresql",
    ),
    Mutant(
        "a release asks nobody whether its content was examined",
        (Change("server/core/release.py", "    await require_examined(tx, seen, examined)\n", ""),),
        ("tests/api/test_checks.py",),
    ),
    Mutant(
        "an older release goes out beside the newer one",
        (
            Change(
                "server/core/release.py",
                '    await move_all(tx, pending, UNSENT, "superseded"',
                '    await move_all(tx, pending[:0], UNSENT, "superseded"',
            ),
        ),
        ("tests/core/test_correct.py", "tests/core/test_release.py"),
    ),
    Mutant(
        "an item counts as withdrawn while a person has not proved the last place",
        (
            Change(
                "server/core/withdraw.py",
                "if leg.live_at is None or await count_shown(tx, leg.item_id, shown_on):",
                "if leg.live_at is None or await count_shown(tx, leg.item_id, shown_on) < 0:",
            ),
        ),
        ("tests/core/test_withdraw.py",),
    ),
    Mutant(
        "a browser is told of an item as often as it is looked at",
        (
            Change(
                "server/store/push.py",
                "    return (await tx.execute(put)).rowcount == 1\n\n\nasync def forget_seen",
                "    return (await tx.execute(put)).rowcount >= 0\n\n\nasync def forget_seen",
            ),
            Change(
                "server/store/push.py", "changed_at >= since, ~seen)", "changed_at >= since, seen | ~seen)"
            ),
        ),
        ("tests/subscribe/test_push.py",),
    ),
    Mutant(
        "the database lets go what nobody has seen to be absent",
        (Change(GUARDS, "NEW.state = 'ready'\"", "NEW.state = 'nowhere'\""),),
        ("tests/store/test_guards.py",),
    ),
    Mutant(
        "the database lets lines of the ledger change",
        (Change(GUARDS, '("UPDATE ON ledger", "1 = 1"', '("UPDATE ON ledger", "1 = 0"'),),
        ("tests/store/test_guards.py",),
    ),
    Mutant(
        "the database allows an attempt a second outcome",
        (Change(GUARDS, "OLD.outcome IS NOT NULL AND", "OLD.outcome = 'nothing' AND"),),
        ("tests/store/test_guards.py",),
    ),
    Mutant(
        "a restore doubts nothing",
        (
            Change(
                "server/core/restored.py",
                "doubtful = await list_doubtful(tx, _DOUBTED)",
                "doubtful = await list_doubtful(tx, frozenset())",
            ),
        ),
        ("tests/core/test_restored.py",),
    ),
    Mutant(
        "what a look proved absent passes its gate by",
        (
            Change(
                RECONCILE,
                "                await regate(tx, leg.release_id, place.bench.calendar, at=at)",
                "                pass",
            ),
        ),
        ("tests/core/test_restored.py",),
    ),
    Mutant(
        "a claim searches by account before it searches by time",
        (Change(BACKLOG, "ORDER BY a.id {dialect.locked", "ORDER BY a.id DESC {dialect.locked"),),
        ("tests/core/test_backlog.py", "tests/core/test_dispatch.py"),
        equivalent="accounts take turns one post each, so which of them begins is nobody's right",
    ),
)
