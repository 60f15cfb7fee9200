"""Papers handed in while a stage is open, and facts that an officer has checked: what is known grows, the stage stays open."""

from __future__ import annotations

from typing import Any

from jiebang.lifecycle.errors import NotAllowed, UnableToApply
from jiebang.lifecycle.facts import (
    as_recorded,
    is_of_bureau,
    record_facts,
    refuse_others_word,
    require_may_say,
    source_of,
)
from jiebang.lifecycle.known import alive_below, lineage_of, read_situation, situation_of
from jiebang.lifecycle.limits import official_amounts
from jiebang.lifecycle.models import Participation, Subject
from jiebang.lifecycle.receive import act_on, known_of
from jiebang.lifecycle.rules import require_rules
from jiebang.lifecycle.subjects import enter_named, note_hand_in
from jiebang.lifecycle.submissions import BadFields, read_submission
from jiebang.lifecycle.transitions import Act, Transition, register
from jiebang.policy.pack_facts import Source
from jiebang.policy.pack_process import Stage
from jiebang.policy.pack_rules import When
from jiebang.policy.program import Program
from jiebang.policy.stages import INTAKE_KINDS, KINDS
from jiebang.policy.values import read_value

#: Stages whose submissions make new things have acts of their own.
_OWN_WAY = INTAKE_KINDS | {"set_challenge", "apply_to_use"}


def submit_papers(act: Act) -> None:
    """Hand in the papers a stage takes, for the stage's thing or, at a challenge's stage, for one's own bid.

    Raises BadFields with every error at once, Refused by the rules of the moment `submit`.
    """
    if not act.stage.papers.takes:
        raise UnableToApply(where=act.stage.label, what="这个阶段不收材料", fix="回到事项页面")
    thing = _own_thing(act)
    values = dict(act.payload.get("values", {}))
    facts = read_submission(act.program, act.stage, values, act.at, thing, known_of(act, thing))
    if act.actor is not None and act.actor.organisation_id is None:
        # A panel's opinion or an agency's audit is itself the check; an officer who had to type it again would check nothing.
        facts = {name: {**fact, "source": "checked"} for name, fact in facts.items()}
    facts = _leave_checked(act, thing, facts)
    # To repeat what others have said is no word of one's own.
    refuse_others_word(act, facts)
    require_rules(act_on(act, thing), (When.submit,), facts)
    record_facts(act, thing, facts)
    enter_named(thing, act.program, facts, act.at)
    note_hand_in(act.run, thing, act.at)
    act.result.update({"subject": thing.pk, "number": thing.number})


def _leave_checked(act: Act, thing: Subject, facts: dict[str, Any]) -> dict[str, Any]:
    """What a paper says anew: a value already checked stands where the paper only repeats it.

    Raises BadFields for an amount that an authority set and a party's paper puts otherwise.
    """
    held, types = situation_of(thing, act.at).facts, act.program.types
    official = official_amounts(act.program) if source_of(act) == "declared" else set()
    errors, fresh = {}, {}
    for name, raw in facts.items():
        known = held.get(name)
        is_checked = known is not None and known.source is not Source.declared
        if known is not None and is_checked and read_value(raw["value"], types[name]) == known.value:
            continue
        fresh[name] = raw
        if is_checked and name in official:
            errors[name] = "主管部门已经确定金额，和它不一样；有不同意见的请向主管部门说明"
    if errors:
        raise BadFields(errors, act.program)
    return fresh


def check_facts(act: Act) -> None:
    """An officer records what was checked or looked up in a register, with its day and evidence.

    Payload: `facts` ({name: {value, source: checked|register, as_of, evidence}}), `thing` (a subject of this case; default
    the stage's own). Raises UnableToApply for another case's subject, a source that isn't a check, or what an appointed
    organisation's stage doesn't ask; PackProblems for bad values.
    """
    if source_of(act) != "checked":
        raise NotAllowed(
            where=act.stage.label, what="单位自己不能核实", fix="由主管部门核实；单位的材料通过提交材料交来"
        )
    thing = thing_of(act)
    given = dict(act.payload.get("facts", {}))
    if not given:
        raise UnableToApply(where=act.stage.label, what="没有写核实的内容", fix="至少写一项")
    for name, raw in given.items():
        if isinstance(raw, dict) and (raw.get("source") not in ("checked", "register") or "as_of" not in raw):
            raise UnableToApply(
                where=name, what="核实要写来源和截至日期", fix="来源写 checked（核实）或 register（登记查询）"
            )
    require_may_say(act, given)
    facts = as_recorded(given, "checked", act.at)
    read_situation(act.program, {"facts": facts}, act.at)
    record_facts(act, thing, facts)
    enter_named(thing, act.program, facts, act.at)
    act.result.update({"subject": thing.pk, "number": thing.number})


def thing_of(act: Act) -> Subject:
    """The subject that the payload's `thing` names, which has to belong to this case; default the stage's own.

    What several cases share, the batch and the challenge above one bid or lane, only the programme's bureau writes on from there.
    """
    wanted = act.payload.get("thing")
    if wanted is None or wanted == act.subject.pk:
        return act.subject
    found = Subject.objects.filter(pk=wanted, programme=act.subject.programme).first()
    if found is None or (act.subject not in lineage_of(found) and found not in lineage_of(act.subject)):
        raise UnableToApply(where=act.stage.label, what="这不是本事项的对象", fix="从列表里选择")
    if found.kind in _SHARED and found in lineage_of(act.subject) and not is_of_bureau(act):
        raise NotAllowed(
            where=found.number,
            what="这一步只记录本事项的情况，不记录同批、同榜题共有的",
            fix="由主管部门核实记录",
        )
    return found


_SHARED = frozenset({"batch", "challenge"})


def _own_thing(act: Act) -> Subject:
    """Whose papers these are: the stage's own thing, the actor's bid, or the bid that the payload's `thing` names.

    Raises NotAllowed for a bid that isn't the actor's to write on.
    """
    if act.actor is None or act.actor.organisation_id is None:
        return thing_of(act)
    open_to = bids_open_to(act.subject, act.stage, act.program, act.actor.organisation_id, act.role)
    mine = next((bid for bid in open_to if bid.lead_id == act.actor.organisation_id), None)
    wanted = str(act.payload.get("thing") or (mine or act.subject).pk)
    found = next((one for one in (act.subject, *open_to) if str(one.pk) == wanted), None)
    if found is None:
        raise NotAllowed(where=act.stage.label, what="不能提交别人那份申请的材料", fix="从自己的事项进入")
    return mine if mine is not None and found is act.subject else found


def bids_open_to(
    subject: Subject, stage: Stage, program: Program, organisation_id: int, role: str | None
) -> list[Subject]:
    """The living bids below a stage's thing that an organisation may hand in papers about: its own, else those it judges.

    Whoever bids, alone or with others, writes on no rival's; whoever doesn't may write on all, if the papers of the stage
    come from its role and are about bids (a sponsor's marks).
    """
    if subject.kind not in ("batch", "challenge"):
        return []
    alive = alive_below(subject, "bid")
    mine = [bid for bid in alive if bid.lead_id == organisation_id]
    takes_part = Participation.objects.filter(
        subject__in=alive, organisation_id=organisation_id, until_at__isnull=True
    )
    if mine or takes_part.exists():
        return mine
    papers = [program.pack.papers[key] for key in stage.papers.takes]
    judges = any(role in one.from_ and any(f.fact.startswith("bid.") for f in one.fields) for one in papers)
    return alive if judges else []


register(
    Transition(
        "submit_papers",
        "提交材料",
        frozenset(KINDS) - _OWN_WAY,
        frozenset({"by", "with"}),
        submit_papers,
        window="open",
    ),
    Transition(
        "check_facts", "记录核实情况", frozenset(KINDS), frozenset({"by"}), check_facts, window="always"
    ),
)
