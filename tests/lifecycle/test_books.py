"""What was paid back is booked against the grant it came from, so that the accounts tell what is still out."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import F, Sum

from jiebang.funding.models import Posting
from jiebang.scenarios.play import play
from jiebang.scenarios.read import read_scenario

LIFE = Path(__file__).parents[2] / "scenarios" / "urumqi-research.yaml"


@pytest.mark.django_db
def test_a_recovery_leaves_what_was_spent_on_the_grants_two_accounts() -> None:
    life = play(read_scenario(LIFE), lambda _line: None)
    postings = Posting.objects.filter(payment__subject=life.subjects["project2"])
    balances = dict(postings.values_list("account").annotate(balance=Sum(F("debit") - F("credit"))))
    # 2,600,000.00 granted, 1,465,432.11 paid back.
    assert balances == {"拨付：发榜方": Decimal("1134567.89"), "财政：市科技局": Decimal("-1134567.89")}
