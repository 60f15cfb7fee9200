import pytest

from jiebang.config.database_url import PostgresAddress, UnreadableAddress, parse_database_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p@db.example:5433/jiebang", ("jiebang", "u", "p", "db.example", "5433", "")),
        ("postgresql://u@db.example/jiebang", ("jiebang", "u", "", "db.example", "", "")),
        ("postgresql://u:a%40b%3A%2F%23%25@h/d", ("d", "u", "a@b:/#%", "h", "", "")),
        ("postgresql://u:%E5%8F%A3%E4%BB%A4@h/d", ("d", "u", "口令", "h", "", "")),
        ("postgresql://u:p@[::1]:5432/d", ("d", "u", "p", "::1", "5432", "")),
        (
            "postgresql://u:p@localhost:5432/d?host=/run/postgresql",
            ("d", "u", "p", "/run/postgresql", "5432", ""),
        ),
        (
            "postgresql://u@/d?host=%2Frun%2Fpg&sslmode=verify-full",
            ("d", "u", "", "/run/pg", "", "verify-full"),
        ),
    ],
)
def test_addresses(url: str, expected: tuple[str, str, str, str, str, str]) -> None:
    database, user, password, host, port, sslmode = expected
    assert parse_database_url(url) == PostgresAddress(
        database=database, user=user, password=password, host=host, port=port, sslmode=sslmode
    )


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgres://u:geheim@h/d", "不是以 postgresql:// 开头"),
        ("sqlite:///geheim", "不是以 postgresql:// 开头"),
        ("geheim", "不是以 postgresql:// 开头"),
        ("postgresql://u:geheim@h", "缺少数据库名"),
        ("postgresql://u:geheim@h/", "缺少数据库名"),
        ("postgresql://:geheim@h/d", "缺少用户名"),
        ("postgresql://geheim/d", "缺少用户名"),
        ("postgresql://u:geheim@/d", "缺少主机"),
        ("postgresql://u:geheim@h/d/e", "斜线"),
        ("postgresql://u:geheim@h:port/d", "主机或端口"),
        ("postgresql://u:geheim@h:65536/d", "主机或端口"),
        ("postgresql://u:geheim@h:0/d", "端口"),
        ("postgresql://u:geheim@h:/d", "端口"),
        ("postgresql://u:geheim@[::1/d", "主机或端口"),
        ("postgresql://u:ge@heim@h/d", "不止一个 @"),
        ("postgresql://u:ge%zzheim@h/d", "口令的 % 之后"),
        ("postgresql://u:geheim%ff@h/d", "口令的 %XX 不是 UTF-8"),
        ("postgresql://u:geheim#@h/d", "有 #"),
        ("postgresql://u:geheim@h/d#", "有 #"),
        ("postgresql://u:gehe im@h/d", "空格"),
        ("postgresql://u:gehe\nim@h/d", "空格"),
        ("postgresql://u:geheim@h/d ", "空格"),
        ("postgresql://u:geheim@h/d?sslmode", "参数写错"),
        ("postgresql://u:geheim@h/d?options=geheim", "不认识的参数"),
        ("postgresql://u:geheim@h/d?host=/a&host=/b", "重复的参数"),
        ("postgresql://u:geheim@h/d?host=other", "套接字"),
        ("postgresql://u:geheim@h/d?sslmode=geheim", "sslmode"),
    ],
)
def test_what_is_refused_and_never_repeated(url: str, message: str) -> None:
    with pytest.raises(UnreadableAddress, match=message) as refusal:
        parse_database_url(url)
    assert "geheim" not in str(refusal.value)


def test_an_address_shown_by_accident_hides_its_password() -> None:
    assert "geheim" not in repr(parse_database_url("postgresql://u:geheim@h/d"))
