"""Lines on which a promise rests, each with a way to break it and the tests that must notice."""

from typing import NamedTuple


class Mutation(NamedTuple):
    """`line` stands once in `file`, and becomes `broken`; then at least one of `tests` has to fail."""

    breaks: str
    file: str
    line: str
    broken: str
    tests: str


def _rule(breaks: str, module: str, line: str, broken: str, test: str) -> Mutation:
    return Mutation(breaks, f"webapp/messaging/{module}.py", line, broken, f"tests/unit/messaging/{test}.py")


def _client(breaks: str, module: str, line: str, broken: str, test: str) -> Mutation:
    return Mutation(breaks, f"webapp/smsworks/{module}.py", line, broken, f"tests/{test}.py")


def _sending(breaks: str, module: str, line: str, broken: str, test: str) -> Mutation:
    return Mutation(breaks, f"webapp/{module}.py", line, broken, f"tests/{test}.py")


APPROVAL = (
    _sending(
        "a large batch goes without approval",
        "services/batches/sending",
        "if not is_approved and rules.approval_above(db, valid_rows(batch)) is not None:",
        "if False:",
        "pages/test_batches_approve",
    ),
    _sending(
        "what was edited goes with the old approval",
        "store/approvals",
        "AND batches.version = approvals.batch_version",
        "AND batches.version >= approvals.batch_version",
        "pages/test_batches_approve",
    ),
    _sending(
        "an approval is used twice",
        "store/approvals",
        "\"WHERE id = ? AND state = 'waiting'\"",
        '"WHERE id = ?"',
        "unit/store/test_approvals",
    ),
)

RULES = (
    _rule("161 septets in one segment", "segments", "single=160", "single=161", "test_segments"),
    _rule("70 units in a joined segment", "segments", "joined=67", "joined=70", "test_segments"),
    _rule(
        "extension characters are free",
        "segments",
        "len(content) + sum(map(content.count, EXTENSION_CHARACTERS))",
        "len(content)",
        "test_segments",
    ),
    _rule(
        "one word among others opts out",
        "optout",
        "all(part in words for part in parts)",
        "any(part in words for part in parts)",
        "test_optout",
    ),
    _rule("a time that has passed", "schedule", "if at <= now:", "if at < now - MAX_AHEAD:", "test_schedule"),
    _rule(
        "the first of two hours is the second",
        "schedule",
        "return first if fold == 0 or",
        "return first if fold == 1 or",
        "test_schedule",
    ),
    _rule(
        "an invented status is final",
        "status",
        "return status in _MEANINGS and _MEANINGS[status].final",
        "return status not in _MEANINGS or _MEANINGS[status].final",
        "test_status",
    ),
    _rule(
        "landlines can be texted",
        "numbers",
        "if kind not in _MOBILE_TYPES:",
        "if kind not in _MOBILE_TYPES | {PhoneNumberType.FIXED_LINE}:",
        "test_numbers",
    ),
)

CLIENT = (
    _client(
        "a fault while sending counts as a no",
        "transport",
        "or isinstance(error, Refused | RateLimited)",
        "or isinstance(error, SmsWorksError)",
        "faults/test_client_sockets",
    ),
    _client(
        "a lost reply counts as never sent",
        "transport",
        "if not never_left(error):",
        "if never_left(error):",
        "faults/test_client_sockets",
    ),
    _client(
        "one try too many",
        "transport",
        "if attempt >= operation.tries",
        "if attempt > operation.tries",
        "unit/smsworks/test_transport",
    ),
    _client(
        "an attempt begins after its lease",
        "transport",
        "if begin_by is not None and datetime.now(UTC) >= begin_by:",
        "if begin_by is not None and datetime.now(UTC) < begin_by:",
        "faults/test_outbox",
    ),
    _client(
        "a token without its scheme",
        "credentials",
        'return f"JWT {bare}"',
        "return bare",
        "unit/smsworks/test_credentials",
    ),
)

OUTBOX = (
    _sending(
        "what is unknown can be claimed",
        "store/outbox",
        "WHERE id = :id AND state = 'queued' AND",
        "WHERE id = :id AND state IN ('queued', 'unknown') AND",
        "faults/test_outbox",
    ),
    _sending(
        "an answer ends another attempt",
        "store/outbox",
        "AND attempts = :attempts AND state IN",
        "AND :attempts = :attempts AND state IN",
        "faults/test_outbox",
    ),
    _sending(
        "a lease that ran out is left",
        "store/outbox",
        "\"state = 'in_flight' AND lease_until <= ?\"",
        "\"state = 'in_flight' AND lease_until <= ? AND 0\"",
        "faults/test_outbox",
    ),
    _sending(
        "another price than was shown",
        "services/send",
        "if shown_credits != total_credits(db, draft):",
        "if shown_credits is None:",
        "pages/test_promises",
    ),
    _sending(
        "the same text twice a day",
        "services/send",
        "if not yes.send_again:",
        "if yes.send_again:",
        "faults/test_outbox_races",
    ),
    _sending(
        "quiet hours are nobody's concern",
        "services/send",
        "if not yes.in_quiet_hours:",
        "if yes.in_quiet_hours:",
        "pages/test_account_rules_quiet_hours",
    ),
    _sending(
        "the daily limit forgets what was confirmed before",
        "services/rules",
        "if before + credits <= limit:",
        "if credits <= limit:",
        "faults/test_outbox_races",
    ),
    _sending(
        "one look is enough",
        "services/reconcile",
        "call.looks + 1 >= LOOKS_BEFORE_ABSENT",
        "call.looks + 1 >= 1",
        "faults/test_reconcile_evidence",
    ),
    _sending(
        "late texts go in the night",
        "services/reconcile",
        "elif now >= call.give_up_at:",
        "elif now < call.created_at:",
        "faults/test_reconcile",
    ),
    _sending(
        "another's message is adopted",
        "services/reconcile",
        "if looks.ids_of_other_calls(db, call, {seen.provider_id}):",
        "if looks.ids_of_other_calls(db, call, set()):",
        "faults/test_reconcile_evidence",
    ),
    _sending(
        "twins share a message",
        "services/recognise",
        "if alike and twins.has_unsettled_twin(db, call):",
        "if alike and twins.has_unsettled_twin(db, call) is None:",
        "faults/test_reconcile_evidence",
    ),
    _sending(
        "found twice is found",
        "services/recognise",
        "if len(found) > 1:",
        "if len(found) > 2:",
        "faults/test_reconcile",
    ),
    _sending(
        "a batch reaches who opted out",
        "services/batches/calls",
        "if gone := batch_rows.list_opted_out(db, batch_id, *_stretch(call)):",
        "if gone := batch_rows.list_opted_out(db, batch_id, *_stretch(call))[:0]:",
        "faults/test_batches",
    ),
    _sending(
        "an opt-out cancels it for all",
        "store/looks",
        "            _schedule_anew(db, call, now=now)\n",
        "",
        "faults/test_batches",
    ),
)

INBOX = (
    _sending(
        "an open fetch is forgotten",
        "store/inbox_state",
        "sweep_is_wanted = sweep_is_wanted OR fetch_is_open, fetch_is_open = 1",
        "fetch_is_open = 1",
        "faults/test_inbox",
    ),
    _sending(
        "a lost reply wants no sweep",
        "services/sync_inbox",
        "may_be_lost = isinstance(error, OutcomeUnknown)",
        "may_be_lost = isinstance(error, ZeroDivisionError)",
        "faults/test_inbox",
    ),
    _sending(
        "a sweep leaves no overlap",
        "services/sweep_inbox",
        "since = sweep.swept_at - OVERLAP if",
        "since = sweep.swept_at if",
        "faults/test_inbox",
    ),
    _sending(
        "what nobody saw is read",
        "store/read_marks",
        "conversation_id = :conversation_id AND message_row_id <= :row_id",
        "conversation_id = :conversation_id AND :row_id = :row_id",
        "pages/test_inbox_index",
    ),
    _sending(
        "STOP is only a word",
        "services/intake",
        "if recorded.is_new and",
        "if recorded.differs and",
        "faults/test_inbox",
    ),
    _sending(
        "one bad text stops the others",
        "services/intake",
        "            except Exception:\n",
        "            except ZeroDivisionError:\n",
        "faults/test_inbox",
    ),
)

CHANGES = (
    _sending(
        "the old text goes first",
        "services/carry_changes",
        "    elif new.state is not OutboxState.ACCEPTED:\n",
        "    elif new.state is OutboxState.IN_FLIGHT:\n",
        "faults/test_change_scheduled",
    ),
    _sending(
        "a late change goes all the same",
        "services/change_scheduled",
        "if not changes.is_pointless(db, call.draft_id, now=now):",
        "if changes.is_pointless(db, call.draft_id, now=now) is not None:",
        "faults/test_change_scheduled",
    ),
    _sending(
        "the old text is taken for the new",
        "store/looks",
        "FROM schedule_changes WHERE old_reference IN ({places}) ",
        "FROM schedule_changes WHERE 0 AND old_reference IN ({places}) ",
        "faults/test_change_scheduled",
    ),
    _sending(
        "a change is changed in the middle",
        "services/change_scheduled",
        "    if change is None or change.state is not ChangeState.UNDER_WAY:\n"
        "        return None\n"
        '    return "It is to take',
        '    if change is not None:\n        return None\n    return "It is to take',
        "faults/test_change_scheduled",
    ),
)

MONEY = (
    _sending(
        "what failed abroad is given back",
        "store/daily_tables",
        "(status IN ({quoted(GIVEN_BACK_AT_HOME)}) AND {_AT_HOME}))",
        "(status IN ({quoted(GIVEN_BACK_AT_HOME)})))",
        "pages/test_credits_agree",
    ),
    _sending(
        "a changed text is summed twice",
        "store/daily_tables",
        "{_moved('old', '-')} {_moved('new', '')} {_NO_EMPTY} END",
        "{_moved('new', '')} {_NO_EMPTY} END",
        "unit/store/test_daily",
    ),
    _sending(
        "a price abroad is never asked for",
        "services/sync_log",
        "for message in found if not came_in(message)}",
        "for message in found if came_in(message)}",
        "pages/test_credits_agree",
    ),
)

METADATA = (
    _sending(
        "metadata outlives the text that was erased",
        "store/erasing",
        'forget_metadata(db, [each["id"] for each in found])',
        "forget_metadata(db, [])",
        "pages/test_account_erasing",
    ),
    _sending(
        "names outlive the list that was erased",
        "store/erasing_lists",
        "forget_names(db, (number for _, number in numbers), batch_id=batch_id)",
        "forget_names(db, (), batch_id=batch_id)",
        "unit/store/test_known_names",
    ),
    _sending(
        "a name outlives its number that was erased",
        "store/erasing_lists",
        'forget_names(db, [extent.number], batch_id=each["batch_id"])',
        'forget_names(db, [], batch_id=each["batch_id"])',
        "pages/test_account_erasing",
    ),
    _sending(
        "a name that is erased can still be searched for",
        "store/name_tables",
        'f"DELETE FROM conversation_names WHERE rowid = {_OF_OLD}; END"',
        'f"DELETE FROM conversation_names WHERE rowid = -{_OF_OLD}; END"',
        "unit/store/test_conversation_names",
    ),
    _sending(
        "a name can be searched for in a conversation whose number is erased",
        "store/name_tables",
        "DELETE FROM conversation_names WHERE rowid = new.id; END",
        "DELETE FROM conversation_names WHERE rowid = -new.id; END",
        "unit/store/test_conversation_names",
    ),
    _sending(
        "an old list that is read late takes the name of a newer one away",
        "store/known_names",
        "WHERE (excluded.at, excluded.batch_id) > (known_names.at, known_names.batch_id)",
        "WHERE (excluded.at, excluded.batch_id) <> (known_names.at, known_names.batch_id)",
        "unit/store/test_known_names",
    ),
    _sending(
        "metadata outlives the record that was deleted",
        "store/messages",
        "forget_metadata(db, [row_id])",
        "forget_metadata(db, [])",
        "pages/test_messages_metadata",
    ),
    _sending(
        "texts are left out between two stretches",
        "store/search_filtered",
        "        end = start\n",
        "        end = start - 50\n",
        "unit/store/test_record_search",
    ),
)

MUTATIONS = (*RULES, *CLIENT, *OUTBOX, *CHANGES, *INBOX, *MONEY, *METADATA, *APPROVAL)
