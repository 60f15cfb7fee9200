"""A bureau begins to run a regulation: which version, by which act if the text leaves its date blank, through which desks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.packs import load_program
from jiebang.lifecycle.sign_off import is_run_by_authority, is_signed_at
from jiebang.organisations.actor import Actor
from jiebang.organisations.bodies import reference_of
from jiebang.organisations.enums import ACTING_POSITIONS
from jiebang.organisations.models import Authority, Programme
from jiebang.policy.in_force import state_on
from jiebang.policy.stages import KINDS

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, slots=True)
class Adoption:
    """The act by which an authority put a regulation into force: from which day, under which number."""

    on: date
    number: str


@dataclass(frozen=True, slots=True)
class Running:
    """What is run: address, title, pack, and the bureau's own chains of signatures ({kind of stage: positions in order})."""

    slug: str
    title: str
    pack_id: str
    pack_version: str
    sign_off: Mapping[str, Sequence[str]] = field(default_factory=dict)


def adopt_programme(
    *, running: Running, bureau: Authority, adoption: Adoption | None, actor: Actor | None, at: datetime
) -> Programme:
    """Record that a bureau runs a pack. No actor: whoever runs the installation.

    Raises NotAllowed for anybody but the bureau's own, AlreadyDone for an address that is taken, UnableToApply for a pack
    that isn't there, one that has no processes, one that isn't in force and that no act puts into force, and for chains
    that name no position or no stage at which there is anything to sign. An act may name a day to come; nothing can be opened before it.
    """
    if actor is not None and not actor.acts_for(bureau.pk):
        raise NotAllowed(where=running.title, what="您现在的身份不能施行办法", fix="由主管部门的经办人办理")
    if not _SLUG.fullmatch(running.slug):
        raise UnableToApply(
            where=running.slug, what="计划编号只用小写字母、数字和短横线，不超过 60 个字", fix="改写编号"
        )
    if adoption is not None and not adoption.number.strip():
        raise UnableToApply(where=running.title, what="施行决定没有文号", fix="写明有权机关施行决定的文号")
    _require_in_force(running, adoption, local_date(at))
    _check_sign_off(running)
    with transaction.atomic():
        if Programme.objects.filter(slug=running.slug).exists():
            raise AlreadyDone(where=running.slug, what="这个计划编号已经用过", fix="换一个编号")
        made = Programme.objects.create(
            slug=running.slug, title=running.title, bureau=bureau, pack_id=running.pack_id,
            pack_version=running.pack_version, adopted_on=adoption.on if adoption else None,
            adoption_number=adoption.number.strip() if adoption else "",
            sign_off_chains={kind: list(chain) for kind, chain in running.sign_off.items()},
        )  # fmt: skip
        body = {**programme_body(made), "actor": reference_of(actor)}
        append_entries(made.chain_key, [EntryDraft("programme.adopted", body)], at)
    return made


def programme_body(row: Programme) -> dict[str, Any]:
    """What the ledger keeps of a programme: under which text it runs, by which act, and whose signatures it asks for."""
    return {
        "programme": row.pk, "slug": row.slug, "title": row.title, "pack": f"{row.pack_id}/{row.pack_version}",
        "bureau": row.bureau_id, "adopted": row.adopted_on, "number": row.adoption_number,
        "sign_off": row.sign_off_chains,
    }  # fmt: skip


def _require_in_force(running: Running, adoption: Adoption | None, day: date) -> None:
    pack = load_program(running.pack_id, running.pack_version).pack
    where = f"{running.pack_id}/{running.pack_version}"
    if not pack.processes:
        raise UnableToApply(
            where=where, what="这是供别的政策包引用的，没有自己的流程", fix="选一份办法的政策包"
        )
    state = state_on(pack, day, adoption.on if adoption else None)
    # An act may be taken before the day from which it holds.
    if state.state != "in_force" and not (state.state == "not_yet" and adoption is not None):
        raise UnableToApply(
            where=where,
            what=state.explanation,
            fix="写明有权机关的施行决定：日期和文号；没有施行决定的办法不能运行",
        )


def _check_sign_off(running: Running) -> None:
    program = load_program(running.pack_id, running.pack_version)
    stages = [stage for process in program.pack.processes.values() for stage in process.stages.values()]
    for kind, chain in running.sign_off.items():
        if kind not in KINDS:
            raise UnableToApply(
                where=f"{running.title}的逐级审批",
                what=f"没有“{kind}”这种阶段",
                fix=f"可用：{'、'.join(KINDS)}",
            )
        # A chain that nobody is ever asked to sign would only seem to guard something.
        if not is_signed_at(kind):
            raise UnableToApply(
                where=f"{running.title}的逐级审批 {kind}",
                what=f"“{KINDS[kind].label}”只是到时结束，没有要签署的决定",
                fix="去掉这一项，在它前后作决定的阶段设逐级审批",
            )
        if not any(is_run_by_authority(stage, program) for stage in stages if stage.kind == kind):
            raise UnableToApply(
                where=f"{running.title}的逐级审批 {kind}",
                what=f"这份办法里没有由机关办理的“{KINDS[kind].label}”",
                fix="去掉这一项",
            )
        wrong = [position for position in chain if position not in ACTING_POSITIONS]
        if wrong or not chain or len(set(chain)) != len(chain):
            words = "、".join(sorted(ACTING_POSITIONS))
            raise UnableToApply(
                where=f"{running.title}的逐级审批 {kind}",
                what=f"“{'、'.join(chain) or '（空）'}”不是一串不重复的职务",
                fix=f"可用：{words}",
            )
