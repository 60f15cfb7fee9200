"""Apply an installation file: make what isn't there, say what is, refuse what contradicts, never take anything away."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from jiebang.installation.read import AuthorityEntry, Installation, PersonEntry, ProgrammeEntry
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.identifiers import check_credit_code, is_synthetic_credit_code
from jiebang.lifecycle.actions.adopt_programme import adopt_programme
from jiebang.lifecycle.actions.assign_role import assign_role, unfilled_roles
from jiebang.organisations.actions.enter_organisation import enter_organisation
from jiebang.organisations.actions.establish_authority import establish_authority
from jiebang.organisations.actions.grant_mandate import grant_mandate
from jiebang.organisations.actions.open_account import open_account
from jiebang.organisations.bodies import Body, body_of
from jiebang.organisations.enums import Position
from jiebang.organisations.models import (
    Account,
    Authority,
    Mandate,
    Organisation,
    Person,
    Programme,
    RoleHolder,
)
from jiebang.scenarios.play import adoption_of, running_of


class Contradiction(JiebangError):
    """The file says otherwise than what is there, or names what it doesn't have."""


@dataclass(slots=True)
class Applied:
    """What came of it. `codes`: (user name, name, code) of each account made; they are known nowhere else."""

    made: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    codes: list[tuple[str, str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def apply_installation(wanted: Installation, at: datetime) -> Applied:
    """Apply the whole file or nothing of it. Raises Contradiction, and what the acts raise; each names where."""
    with transaction.atomic():
        work = _Work(wanted, at)
        for key in wanted.authorities:
            work.authority(key)
        for key in wanted.organisations:
            work.organisation(key)
        for programme in wanted.programmes:
            work.programme(programme)
        for person in wanted.people:
            work.person(person)
    return work.done


class _Work:
    def __init__(self, wanted: Installation, at: datetime) -> None:
        self.wanted, self.at, self.done = wanted, at, Applied()
        self.bodies: dict[str, Body] = {}
        #: authorities under way, from the one asked for up: one that comes twice lies above itself
        self.path: list[str] = []

    def authority(self, key: str) -> Authority:
        known = self.bodies.get(key)
        if isinstance(known, Authority):
            return known
        entry = self.wanted.authorities.get(key)
        if entry is None:
            raise Contradiction(where=key, what="文件里没有这个机关", fix="在 authorities 下写上，或改正名字")
        if key in self.path:
            raise Contradiction(where=key, what="机关的上级绕成了圈", fix="检查 parent")
        self.path.append(key)
        parent = self.authority(entry.parent) if entry.parent else None
        self.path.pop()
        made = self._authority(entry, parent)
        self.bodies[key] = made
        return made

    def _authority(self, entry: AuthorityEntry, parent: Authority | None) -> Authority:
        found = Authority.objects.filter(name=entry.name).order_by("pk").first()
        if found is None:
            self.done.made.append(f"机关 {entry.name}")
            return establish_authority(name=entry.name, kind=entry.kind, parent=parent, at=self.at)
        _agree(f"机关 {entry.name}", {"kind": (entry.kind, found.kind), "parent": (parent, found.parent)})
        self.done.there.append(f"机关 {entry.name}")
        return found

    def organisation(self, key: str) -> None:
        entry = self.wanted.organisations[key]
        if key in self.bodies:
            raise Contradiction(where=key, what="机关和单位用了同一个名字", fix="换一个")
        code = check_credit_code(entry.credit_code)
        found = Organisation.objects.filter(credit_code=code).first()
        if found is None:
            found = enter_organisation(name=entry.name, credit_code=code, at=self.at)
            self.done.made.append(f"单位 {entry.name}")
        else:
            _agree(f"单位 {code}", {"name": (entry.name, found.name)})
            self.done.there.append(f"单位 {entry.name}")
        self.bodies[key] = found

    def programme(self, entry: ProgrammeEntry) -> None:
        bureau, adoption, running = (
            self.authority(entry.bureau),
            adoption_of(entry),
            running_of(entry, entry.pack),
        )
        found = Programme.objects.filter(slug=entry.slug).select_related("bureau").first()
        if found is None:
            found = adopt_programme(running=running, bureau=bureau, adoption=adoption, actor=None, at=self.at)
            self.done.made.append(f"计划 {entry.title}（{entry.pack}）")
        else:
            held = f"{found.pack_id}/{found.pack_version}"
            _agree(
                f"计划 {entry.slug}",
                {
                    "title": (entry.title, found.title), "bureau": (bureau, found.bureau), "pack": (entry.pack, held),
                    "adopted.on": (adoption.on if adoption else None, found.adopted_on),
                    "adopted.number": (adoption.number if adoption else "", found.adoption_number),
                    "sign_off": (entry.sign_off, found.sign_off_chains),
                },
            )  # fmt: skip
            self.done.there.append(f"计划 {entry.title}")
        for role, keys in entry.roles.items():
            for key in keys:
                self._role(found, role, self.authority(key))
        for role, party in unfilled_roles(found).items():
            if party.required:
                self.done.warnings.append(f"计划 {entry.title}：{party.label}（{role}）还没有机关担任")

    def _role(self, programme: Programme, role: str, authority: Authority) -> None:
        told = f"角色 {role}：{authority.name}"
        if RoleHolder.objects.filter(programme=programme, role=role, authority=authority).exists():
            self.done.there.append(told)
            return
        assign_role(programme=programme, role=role, authority=authority, actor=None, at=self.at)
        self.done.made.append(told)

    def person(self, entry: PersonEntry) -> None:
        body = self.bodies.get(entry.acts_for)
        if body is None:
            raise Contradiction(
                where=entry.username, what=f"文件里没有“{entry.acts_for}”这个机关或单位", fix="改正 acts_for"
            )
        account = Account.objects.filter(username=entry.username).select_related("person").first()
        if account is None:
            synthetic = isinstance(body, Organisation) and is_synthetic_credit_code(body.credit_code)
            person = Person.objects.create(name=entry.name, is_synthetic=synthetic)
            account, code = open_account(
                person=person, username=entry.username, body=body, actor=None, at=self.at
            )
            self.done.made.append(f"账号 {entry.username}（{entry.name}）")
            self.done.codes.append((account.username, entry.name, code))
        else:
            _agree(f"账号 {entry.username}", {"name": (entry.name, account.person.name)})
        self._mandate(account.person, body, entry)

    def _mandate(self, person: Person, body: Body, entry: PersonEntry) -> None:
        label = dict(Position.choices).get(entry.position, entry.position)
        told = f"授权 {entry.username}：{body.name} {label}"
        held = Mandate.objects.filter(person=person, position=entry.position, from_on=entry.from_)
        same = next(
            (one for one in held.select_related("authority", "organisation") if body_of(one) == body), None
        )
        if same is None:
            grant_mandate(
                person=person, body=body, position=entry.position, from_on=entry.from_, until_on=entry.until,
                actor=None, at=self.at,
            )  # fmt: skip
            self.done.made.append(told)
            return
        if same.revoked_at is not None:
            raise Contradiction(
                where=told, what="这项授权已经在系统里终止", fix="从文件里删去；要重新授权的，写新的起日"
            )
        _agree(told, {"until": (entry.until, same.until_on)})
        self.done.there.append(told)


def _agree(where: str, pairs: dict[str, tuple[object, object]]) -> None:
    """Raise Contradiction naming every part in which the file (first) and what is there (second) differ."""
    wrong = [
        f"{key} 文件写“{_say(said)}”，系统里是“{_say(held)}”"
        for key, (said, held) in pairs.items()
        if said != held
    ]
    if wrong:
        raise Contradiction(where=where, what="；".join(wrong), fix="改正文件；已有的不会被改动或删除")


def _say(value: object) -> str:
    return "（没有）" if value in (None, "", {}) else str(value)
