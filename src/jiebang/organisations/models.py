"""Organisations, people and accounts are installation-wide: one university bids in four cities."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from jiebang.organisations.chains import chain_of_bureau
from jiebang.organisations.enums import AuthorityKind, Position


class Authority(models.Model):
    """A body of public power; a tree under a city."""

    name = models.CharField("名称", max_length=120)
    kind = models.CharField("类别", max_length=20, choices=AuthorityKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )

    class Meta:
        verbose_name = verbose_name_plural = "机关"

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A legal person that may take part: firm, university, institute, hospital …"""

    name = models.CharField("名称", max_length=200)
    credit_code = models.CharField("统一社会信用代码", max_length=18, unique=True)
    is_synthetic = models.BooleanField("合成数据", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "组织"

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """A natural person."""

    name = models.CharField("姓名", max_length=60)
    is_synthetic = models.BooleanField("合成数据", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "人员"

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    """How Django's authentication finds an account."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """By user name, exactly."""
        return self.get(username=username)


class Account(AbstractBaseUser):
    """A way to log in. What its person may do comes from mandates alone."""

    username = models.CharField("用户名", max_length=60, unique=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="accounts", verbose_name="人员")
    is_active = models.BooleanField("启用", default=True)

    USERNAME_FIELD = "username"
    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        verbose_name = verbose_name_plural = "账号"

    def __str__(self) -> str:
        return self.username


class ActivationCode(models.Model):
    """Lets an account's owner choose the password that nobody else ever knows. The code itself is kept nowhere."""

    account = models.OneToOneField(
        Account, models.PROTECT, related_name="activation_code", verbose_name="账号"
    )
    digest = models.CharField("激活码摘要（SHA-256）", max_length=64, unique=True)
    made_at = models.DateTimeField("发放时间")
    expires_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "激活码"

    def __str__(self) -> str:
        return f"{self.account} {self.made_at:%Y-%m-%d}"


class Attempt(models.Model):
    """An attempt at something that is limited (log-in, enrolment), by keyed digests of who and from where."""

    kind = models.CharField("类别", max_length=20)
    name = models.CharField("用户名摘要", max_length=64)
    address = models.CharField("地址摘要", max_length=64)
    at = models.DateTimeField("时间", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "受限的尝试"
        indexes = [
            models.Index(fields=["kind", "name", "at"]),
            models.Index(fields=["kind", "address", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Mandate(models.Model):
    """A person acts for an authority or an organisation, in a position, within dates (inclusive)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="mandates", verbose_name="人员")
    authority = models.ForeignKey(
        Authority, models.PROTECT, null=True, blank=True, related_name="mandates", verbose_name="机关"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="mandates", verbose_name="组织"
    )
    position = models.CharField("职务", max_length=20, choices=Position)
    from_on = models.DateField("起")
    until_on = models.DateField("止", null=True, blank=True)
    #: ended before its last day; from that instant on it counts no more
    revoked_at = models.DateTimeField("提前终止时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        constraints = [
            models.CheckConstraint(
                condition=Q(authority__isnull=True) ^ Q(organisation__isnull=True),
                name="mandate_for_exactly_one_body",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=models.F("from_on")),
                name="mandate_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_position_display()}"


class Programme(models.Model):
    """A bureau running one pack version. A draft regulation runs only from the day an authority's act adopts it."""

    slug = models.SlugField("编号", max_length=60, unique=True)
    title = models.CharField("名称", max_length=200)
    bureau = models.ForeignKey(Authority, models.PROTECT, related_name="programmes", verbose_name="主管机关")
    pack_id = models.CharField("政策包", max_length=60)
    pack_version = models.CharField("政策包版本", max_length=60)
    adopted_on = models.DateField("施行决定日期", null=True, blank=True)
    adoption_number = models.CharField("施行决定文号", max_length=120, blank=True)
    #: the bureau's own internal order, no regulation's: {kind of stage: [positions in the order they sign]}
    sign_off_chains = models.JSONField("逐级审批", default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "计划"

    def __str__(self) -> str:
        return self.title

    @property
    def chain_key(self) -> str:
        """The ledger chain of its bureau."""
        return chain_of_bureau(self.bureau_id)


class Enrolment(models.Model):
    """An organisation entered itself, addressed to a bureau. Nothing of it is known to be true until that one verifies it."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="enrolments", verbose_name="组织"
    )
    bureau = models.ForeignKey(Authority, models.PROTECT, related_name="enrolments", verbose_name="登记机关")
    contact = models.CharField("联系方式", max_length=200)
    enrolled_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="登记人")
    enrolled_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "单位登记"

    def __str__(self) -> str:
        return f"{self.organisation} {self.enrolled_at:%Y-%m-%d}"


class Verification(models.Model):
    """What one bureau found of an organisation: that it is who it says, or not. The newest of a bureau counts for it."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="verifications", verbose_name="组织"
    )
    bureau = models.ForeignKey(
        Authority, models.PROTECT, related_name="verifications", verbose_name="核验机关"
    )
    is_verified = models.BooleanField("核验通过")
    evidence = models.CharField("依据", max_length=500)
    decided_at = models.DateTimeField("核验时间")
    decided_by = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核验人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "单位核验"
        indexes = [models.Index(fields=["organisation", "bureau", "decided_at"])]

    def __str__(self) -> str:
        return f"{self.organisation} {'已核验' if self.is_verified else '未通过'}"


class Relation(models.Model):
    """A tie between people and organisations that a bureau has confirmed; ends are credit codes or people's names."""

    bureau = models.ForeignKey(Authority, models.PROTECT, related_name="relations", verbose_name="确认机关")
    from_end = models.CharField("甲", max_length=120)
    to_end = models.CharField("乙", max_length=120)
    kind = models.CharField("关系", max_length=30)
    since_on = models.DateField("起", null=True, blank=True)
    until_on = models.DateField("止", null=True, blank=True)
    evidence = models.CharField("依据", max_length=300)
    salt = models.CharField("盐", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "关联关系"

    def __str__(self) -> str:
        return f"{self.from_end} {self.kind} {self.to_end}"


class RoleHolder(models.Model):
    """Who fills a role of the pack for a whole programme: the bureau, the joint meeting, finance, the panel …"""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="role_holders", verbose_name="计划")
    role = models.CharField("角色", max_length=60)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="held_roles", verbose_name="机关")

    class Meta:
        verbose_name = verbose_name_plural = "计划角色"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "role", "authority"], name="one_holder_row_per_role_and_authority"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role}：{self.authority}"
