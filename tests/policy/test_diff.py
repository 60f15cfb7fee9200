"""Two versions of a pack compared: no change of what is lawful goes by without a line about it."""

from pathlib import Path

import pytest
from tests.policy.building import SAMPLE

from jiebang.policy.diff import diff_packs
from jiebang.policy.folders import BASES
from jiebang.policy.loader import RawPack, build, copied, read_raw
from jiebang.policy.mutations import mutations_of, put
from jiebang.policy.show import show_pack
from jiebang.policy.strict_yaml import PackProblems

PACKS = [SAMPLE, *(Path(BASES[0] / name) for name in ("jinzhong-bounty/1", "jiangmen-open-bid/trial"))]


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_whatever_the_cases_have_to_notice_is_told(folder: Path) -> None:
    raw, problems = read_raw(folder, BASES)
    assert problems == []
    before = build(raw)
    loaded = 0
    # Each of the sample's changes, and of a city's, which take longer, every eighth.
    step = 1 if folder == SAMPLE else 8
    for mutation in list(mutations_of(raw, before.pack))[::step]:
        data = copied(raw)
        if mutation.item is None:
            del data[str(mutation.root[0])][mutation.root[1]]
        else:
            data = put(data, mutation.root, mutation.item)
        try:
            after = build(RawPack(raw.folder, data, raw.origin, raw.own))
        except PackProblems:
            continue
        loaded += 1
        assert list(diff_packs(before, after)), f"{'.'.join(map(str, mutation.place))}：{mutation.what}"
    assert loaded > 50


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("counting", "end_on_rest_day"), "stays", "末日遇休息日"),
        (("counting", "closing_instant"), "included", "截止钟点"),
        (("pack", "source", "status"), "trial", "依据"),
        (("rules", "size", "label"), "规模", "名称"),
        (("rules", "size", "says"), "另有说明", "说明"),
        (("money", "aid", "fiscal"), False, "财政资金"),
        (("money", "aid", "odd_fen"), "bureau", "零头"),
        (("money", "aid", "ceilings", 1, "clause"), "EX-1", "依据条款：EX-6 → EX-1"),
        (("processes", "research", "stages", "sign", "clause"), "EX-1", "依据条款：EX-9 → EX-1"),
        (("processes", "research", "stages", "bid", "sealed"), True, "收到的封存到截止"),
        (("facts", "sponsor.willing", "said_by"), ["sponsor"], "只能由谁说"),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_what_no_case_has_to_notice_is_told_as_well(path: tuple[str, ...], value: object, told: str) -> None:
    raw, _ = read_raw(SAMPLE, BASES)
    data = inner = copied(raw)
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    changed = build(RawPack(raw.folder, data, raw.origin, raw.own))
    assert any(told in line for line in diff_packs(build(raw), changed))


def test_a_lawyer_reads_which_records_which_ties_and_which_case_are_meant() -> None:
    text = "\n".join(show_pack(build(read_raw(SAMPLE, BASES)[0])))
    assert "没有近 3 年内的信用记录（限信用记录·" in text
    assert "有关联（" in text
    jinzhong = "\n".join(show_pack(build(read_raw(PACKS[1], BASES)[0])))
    assert "立项日期 不晚于 项目开始日期" in jinzhong
    assert "时为 悬赏经费，否则为 悬赏经费中的企业出资" in jinzhong
    assert "视情形" not in jinzhong
