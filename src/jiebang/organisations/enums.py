"""Closed word lists of this app."""

from django.db.models import TextChoices


class AuthorityKind(TextChoices):
    """What sort of authority it is."""

    CITY = "city", "市级部门"
    COUNTY = "county", "区县部门"
    PARK = "park", "园区"
    GOVERNMENT = "government", "人民政府"
    JOINT_MEETING = "joint_meeting", "联席会议"
    AGENCY = "agency", "受托机构"


class Position(TextChoices):
    """In what position a person acts for an authority or an organisation."""

    OFFICER = "officer", "经办"
    SECTION_HEAD = "section_head", "科室负责人"
    DEPUTY_HEAD = "deputy_head", "分管领导"
    HEAD = "head", "主要负责人"
    FINANCE = "finance", "财务"
    SECRETARY = "secretary", "会议秘书"
    AUDITOR = "auditor", "审计监督"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    EXPERT = "expert", "专家"
    ORGANISATION_ADMIN = "organisation_admin", "单位管理员"
    MEMBER = "member", "单位成员"


#: 三员分立: nobody holds two of these, in whatever authority.
SEPARATED_POSITIONS = frozenset({Position.AUDITOR, Position.SECURITY_ADMIN, Position.SYSTEM_ADMIN})
#: Positions that act for an authority in a case; the separated ones never do.
ACTING_POSITIONS = frozenset(
    {
        Position.OFFICER,
        Position.SECTION_HEAD,
        Position.DEPUTY_HEAD,
        Position.HEAD,
        Position.FINANCE,
        Position.SECRETARY,
    }
)
#: Positions for an organisation; every other one is for an authority.
ORGANISATION_POSITIONS = frozenset({Position.ORGANISATION_ADMIN, Position.MEMBER})
