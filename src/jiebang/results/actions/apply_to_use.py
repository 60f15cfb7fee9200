"""A firm or institution applies to use a result, and whoever examines it concludes: one application at a time."""

from __future__ import annotations

from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.conclude import conclude
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.facts import facts_asked_for, record_facts
from jiebang.lifecycle.models import HandIn, Participation, StageRun, SubjectKind
from jiebang.lifecycle.receive import known_of
from jiebang.lifecycle.rules import require_rules
from jiebang.lifecycle.subjects import hand_role_on, note_hand_in, set_facts_aside
from jiebang.lifecycle.submissions import read_submission
from jiebang.lifecycle.transitions import Act
from jiebang.organisations.models import Organisation
from jiebang.policy.pack_rules import When


def apply_to_use(act: Act) -> None:
    """Take an application for use; the applicant takes its role by handing it in, and may hand it in again until it is decided.

    `<role>.name` is the applicant's own code. Raises NotAllowed without an organisation, AlreadyDone while another's application
    is being examined or corrected, BadFields, Refused.
    """
    if act.actor is None or act.actor.organisation_id is None or act.role is None:
        raise NotAllowed(where=act.stage.label, what="要以单位的身份申请", fix="换成单位的身份")
    organisation = Organisation.objects.get(pk=act.actor.organisation_id)
    held = Participation.objects.filter(subject=act.subject, role=act.role, until_at__isnull=True)
    others = held.exclude(organisation=organisation)
    if others.exists() and _is_busy(act.run):
        raise AlreadyDone(
            where=act.subject.number, what="另一个单位的申请还没有办完", fix="等那份申请办结后再提出"
        )
    name = f"{act.role}.name"
    cleared = _clear_earlier(act)
    values = dict(act.payload.get("values", {}))
    known = known_of(act, act.subject) | {name}
    facts = read_submission(act.program, act.stage, values, act.at, act.subject, known)
    # Whoever applies to use a result doesn't write on what is known of it.
    facts = {key: fact for key, fact in facts.items() if key not in known or _is_applicants(key)}
    if name in act.program.types:
        today = local_date(act.at).isoformat()
        facts[name] = {"value": organisation.credit_code, "source": "computed", "as_of": today}
    require_rules(act, (When.submit,), facts)
    record_facts(act, act.subject, facts)
    # Who applied before has its agreement; what comes now is another's to sign.
    hand_role_on(act.subject, organisation, act.role, act.at)
    note_hand_in(act.run, act.subject, act.at)
    body = {"subject": act.subject.pk, "organisation": organisation.pk, "cleared": cleared}
    act.drafts.append(EntryDraft("use.applied_for", body))
    act.messages.append(("use.applied_for", act.subject, {"number": act.subject.number}))
    act.result.update({"subject": act.subject.pk, "number": act.subject.number})


def _is_busy(run: StageRun) -> bool:
    """Whether an application has come in at this run, or at the one before which sent it back to be corrected."""
    if HandIn.objects.filter(run=run).exists():
        return True
    before = StageRun.objects.filter(subject=run.subject_id, stage=run.stage, round=run.round - 1).first()
    return before is not None and before.outcome == "returned"


def _clear_earlier(act: Act) -> list[str]:
    """Set aside what was written and found about an earlier application: nobody is let in on the examination of another.

    Another's, or one's own that read otherwise: who agreed to it hasn't agreed to what is handed in now. Those are the facts about neither the result nor anything above it, which bear the applicant's and the application's names.
    """
    about = {name.split(".")[0] for name in facts_asked_for(act) if _is_applicants(name)}
    return set_facts_aside(act.subject, about, act.at)


def _is_applicants(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] not in SubjectKind.values


def conclude_application(act: Act) -> str:
    """Conclude an application. Raises UnableToApply for anything but `withdrawn` while nobody has applied."""
    if act.payload.get("outcome") != "withdrawn" and not HandIn.objects.filter(run=act.run).exists():
        raise UnableToApply(where=act.stage.label, what="还没有单位提出申请", fix="等申请单位提交备案表")
    return conclude(act)
