"""What moves through a process, and the records of how it did. State here is written by the door alone."""

from django.db import models
from django.db.models import Q

from jiebang.organisations.models import Account, Authority, Organisation, Programme
from jiebang.policy.pack_facts import Source
from jiebang.policy.stages import Per


class SubjectKind(models.TextChoices):
    """What a stage may be run for; the words of a pack's `per`."""

    BATCH = Per.batch.value, "批次"
    NEED = Per.need.value, "需求"
    CHALLENGE = Per.challenge.value, "榜题"
    BID = Per.bid.value, "揭榜申请"
    PROJECT = Per.project.value, "项目"
    RESULT = Per.result.value, "成果"


class Subject(models.Model):
    """A batch, need, challenge, bid, project (one racing lane is one project) or result.

    `parent` is the wider thing it belongs to; `origin` what it grew out of (a challenge out of a need, a project out of
    a bid), whose facts it keeps. The pack version is the programme's when the batch was opened and never changes.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="subjects", verbose_name="计划")
    pack_version = models.CharField("政策包版本", max_length=60)
    process = models.CharField("流程", max_length=60)
    kind = models.CharField("类别", max_length=12, choices=SubjectKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    origin = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="offspring", verbose_name="来源"
    )
    lead = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_subjects",
        verbose_name="提交单位",
    )
    number = models.CharField("编号", max_length=60)
    title = models.CharField("名称", max_length=300)
    created_at = models.DateTimeField("建立时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ending = models.CharField("结束", max_length=200, blank=True)
    #: the stage of a wider subject that this one has reached and waits to be opened for all its siblings
    waiting_for = models.CharField("等待", max_length=60, blank=True)
    #: the selection that left this one in reserve: a later one may call it back although its path has ended
    reserve_for = models.CharField("候补", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "事项"
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="subject_number_once_per_programme"),
            # Two tabs, two people of one firm: the second bid for a challenge is a replacement or nothing.
            models.UniqueConstraint(
                fields=["parent", "lead"],
                condition=Q(kind="bid", ended_at__isnull=True),
                name="one_live_bid_per_lead_and_challenge",
            ),
        ]
        indexes = [models.Index(fields=["programme", "kind", "ended_at"])]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def whose(self) -> Organisation | None:
        """Who handed it in, or what it grew out of: a project is whose bid it was."""
        return self.lead or (self.origin.lead if self.origin is not None else None)


class Participation(models.Model):
    """One organisation in one role in one subject; the same organisation may hold several roles."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="participations", verbose_name="事项")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="participations", verbose_name="组织"
    )
    role = models.CharField("角色", max_length=60)
    until_at = models.DateTimeField("止", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "参与"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "organisation", "role"],
                condition=Q(until_at__isnull=True),
                name="one_live_row_per_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}：{self.role}"


class FactEntry(models.Model):
    """One value of one fact with its provenance. A new value supersedes the old one, which stays readable.

    `organisation`: whose word it is, of a fact that each organisation in a role says for itself; it supersedes its own alone.
    """

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="fact_entries", verbose_name="事项")
    name = models.CharField("事实", max_length=120)
    value = models.JSONField("值")
    source = models.CharField("来源", max_length=12, choices=[(s.value, s.value) for s in Source])
    as_of = models.DateField("截至")
    evidence = models.CharField("依据", max_length=300, blank=True)
    recorded_at = models.DateTimeField("记录时间")
    recorded_by = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", verbose_name="记录人"
    )
    superseded_at = models.DateTimeField("被取代时间", null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁说的"
    )
    salt = models.CharField("盐", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "事实"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "name"],
                condition=Q(superseded_at__isnull=True, organisation__isnull=True),
                name="one_current_value",
            ),
            models.UniqueConstraint(
                fields=["subject", "name", "organisation"],
                condition=Q(superseded_at__isnull=True, organisation__isnull=False),
                name="one_current_word_each",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StageRun(models.Model):
    """One run of one stage for one subject."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="stage_runs", verbose_name="事项")
    stage = models.CharField("阶段", max_length=60)
    kind = models.CharField("种类", max_length=40)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    opened_at = models.DateTimeField("开始时间")
    closes_at = models.DateTimeField("截止时间", null=True, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=40, blank=True)
    closed_by = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    note = models.TextField("意见", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "阶段"
        constraints = [
            models.UniqueConstraint(fields=["subject", "stage", "round"], name="one_run_per_stage_and_round"),
            models.UniqueConstraint(
                fields=["subject", "stage"],
                condition=Q(closed_at__isnull=True),
                name="one_open_run_per_stage",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(outcome=""), name="closed_runs_have_an_outcome"
            ),
        ]
        indexes = [models.Index(fields=["closed_at", "closes_at"])]

    def __str__(self) -> str:
        return f"{self.subject.number} {self.stage}"


class HandIn(models.Model):
    """That a thing's papers came in at a run, and when the newest of them did. One row per run and thing."""

    run = models.ForeignKey(StageRun, models.PROTECT, related_name="hand_ins", verbose_name="阶段")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="hand_ins", verbose_name="事项")
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = verbose_name_plural = "提交记录"
        constraints = [
            models.UniqueConstraint(fields=["run", "subject"], name="one_hand_in_per_run_and_subject")
        ]

    def __str__(self) -> str:
        return f"{self.subject.number} {self.run.stage}"


class ExternalAct(models.Model):
    """A decision taken outside the system: who issued it, number, date, file."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="external_acts", verbose_name="计划"
    )
    issuer = models.ForeignKey(Authority, models.PROTECT, related_name="+", verbose_name="作出机关")
    number = models.CharField("文号", max_length=120)
    on = models.DateField("日期")
    title = models.CharField("标题", max_length=300)
    recorded_at = models.DateTimeField("记录时间")
    recorded_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="记录人")

    class Meta:
        verbose_name = verbose_name_plural = "批复与纪要"
        constraints = [
            models.UniqueConstraint(fields=["programme", "issuer", "number"], name="one_act_per_number")
        ]

    def __str__(self) -> str:
        return self.number


class DiscretionDecision(models.Model):
    """What somebody entitled decided where the regulation is silent; for a programme, or for one subject of its scope."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="discretion_decisions", verbose_name="计划"
    )
    subject = models.ForeignKey(
        Subject,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="discretion_decisions",
        verbose_name="事项",
    )
    key = models.CharField("裁量项", max_length=120)
    value = models.JSONField("决定")
    by_role = models.CharField("决定者", max_length=60)
    reason = models.TextField("理由", blank=True)
    act = models.ForeignKey(
        ExternalAct, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    decided_at = models.DateTimeField("决定时间")
    decided_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="办理人")
    superseded_at = models.DateTimeField("被取代时间", null=True, blank=True)
    salt = models.CharField("盐", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "裁量决定"

    def __str__(self) -> str:
        return self.key


class DepartureRecord(models.Model):
    """A departure from an in-principle condition for one subject, by somebody entitled."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="departures", verbose_name="事项")
    key = models.CharField("条件", max_length=120)
    by_role = models.CharField("决定者", max_length=60)
    with_form = models.CharField("形式", max_length=20)
    reason = models.TextField("理由", blank=True)
    act = models.ForeignKey(
        ExternalAct, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    recorded_at = models.DateTimeField("记录时间")
    recorded_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="办理人")
    salt = models.CharField("盐", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "例外"
        constraints = [models.UniqueConstraint(fields=["subject", "key"], name="one_departure_per_condition")]

    def __str__(self) -> str:
        return self.key


class RelationLookup(models.Model):
    """That the ties around a subject were looked up, and as of which day; without one, "not related" is never known."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="relation_lookups", verbose_name="事项")
    as_of = models.DateField("截至")
    evidence = models.CharField("依据", max_length=300)
    recorded_at = models.DateTimeField("记录时间")
    recorded_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="记录人")

    class Meta:
        verbose_name = verbose_name_plural = "关联查询"

    def __str__(self) -> str:
        return f"{self.subject.number} {self.as_of}"


class Proposal(models.Model):
    """How a stage is to be concluded, put forward for the chain's signatures: what the act will be told and what it will do."""

    run = models.ForeignKey(StageRun, models.PROTECT, related_name="proposals", verbose_name="阶段")
    payload = models.JSONField("内容")
    outcome = models.CharField("结果", max_length=40)
    ends = models.JSONField("随之结束的事项", default=list)
    #: {kind, number, title, lead, parent, origin} of each, in order
    makes = models.JSONField("随之设立的事项", default=list)
    #: the open questions that trying it out looked at: {key: digest of what they were found decided to be}
    asked = models.JSONField("所依据的裁量的摘要", default=dict)
    known = models.JSONField("所依据的事实的摘要", default=dict)
    salt = models.CharField("盐", max_length=40)
    digest = models.CharField("摘要", max_length=90)
    proposed_at = models.DateTimeField("提出时间")
    proposed_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="提出人")
    withdrawn_at = models.DateTimeField("失效时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "拟办意见"
        constraints = [
            models.UniqueConstraint(
                fields=["run"], condition=Q(withdrawn_at__isnull=True), name="one_proposal_standing"
            )
        ]

    def __str__(self) -> str:
        return self.outcome


class SignOff(models.Model):
    """One signature of a chain over a stage run: 经办, 科室, 分管, 主管."""

    run = models.ForeignKey(StageRun, models.PROTECT, related_name="sign_offs", verbose_name="阶段")
    position = models.CharField("职务", max_length=20)
    signed_at = models.DateTimeField("签署时间")
    signed_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="签署人")
    agreed = models.BooleanField("同意")
    note = models.TextField("意见", blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "逐级审批"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "position"],
                condition=Q(voided_at__isnull=True),
                name="one_signature_per_position",
            )
        ]

    def __str__(self) -> str:
        return self.position


class OutboxMessage(models.Model):
    """Something that has to be told after the act is committed: letters, listeners outside this process."""

    topic = models.CharField("主题", max_length=80)
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name="事项")
    body = models.JSONField("内容")
    created_at = models.DateTimeField("产生时间")
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "待发消息"
        indexes = [models.Index(fields=["sent_at", "created_at"])]

    def __str__(self) -> str:
        return self.topic


class Submission(models.Model):
    """The receipt of one submission, so that a second click gives the same receipt and not a second thing."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="计划")
    draft = models.CharField("草稿", max_length=80)
    revision = models.PositiveIntegerField("版次")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="submissions", verbose_name="事项")
    received_at = models.DateTimeField("收到时间")
    entry_sequence = models.BigIntegerField("账本序号")
    entry_hash = models.CharField("账本哈希", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "提交回执"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "draft", "revision"], name="one_receipt_per_draft_revision"
            )
        ]

    def __str__(self) -> str:
        return f"{self.draft}·{self.revision}"


class YearNotice(models.Model):
    """A year's days off and worked weekend days as a bureau entered them from the State Council's notice.

    Installation-wide: the notice binds every city. A correction supersedes the earlier row, and both stay.
    """

    year = models.PositiveSmallIntegerField("年份")
    number = models.CharField("通知文号", max_length=120)
    on = models.DateField("通知日期")
    #: days as "2027-01-01", in order
    holidays = models.JSONField("放假")
    working_weekends = models.JSONField("调休上班")
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", verbose_name="录入机关")
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="录入人")
    superseded_at = models.DateTimeField("被更正的时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "节假日安排"
        constraints = [
            models.UniqueConstraint(
                fields=["year"], condition=Q(superseded_at__isnull=True), name="one_live_notice_per_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.number}"
