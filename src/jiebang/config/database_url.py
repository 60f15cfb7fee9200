"""The address of a PostgreSQL database written as one line, read strictly.

postgresql://user:password@host:port/database?host=/folder/of/the/socket&sslmode=require

Everything that libpq would quietly accept or ignore is refused. No message repeats any part of the address that
may hold the password: messages end up in logs.
"""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from jiebang.kernel.errors import JiebangError

SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_FORM: Final = "请写成 postgresql://用户:口令@主机:端口/数据库，口令里的特殊字符用 %XX 表示"


class UnreadableAddress(JiebangError):
    """The database address can't be read in exactly one way."""


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """Where a PostgreSQL database is; `host` is a name, an address or the folder of a socket."""

    database: str
    user: str
    password: str = field(repr=False)
    host: str
    port: str
    sslmode: str


def parse_database_url(url: str) -> PostgresAddress:
    """Read an address such as `postgresql://user:pw@host:5432/db`. Raises UnreadableAddress."""
    # urlsplit drops line breaks and tabs without a word.
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        raise _refuse("数据库地址里有空格或不可见字符")
    if "#" in url:
        raise _refuse("数据库地址里有 #", "；口令里的 # 请写成 %23")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refuse("数据库地址的主机或端口写错了") from None
    if port == 0 or parts.netloc.endswith(":"):
        raise _refuse("数据库地址的端口写错了", "；使用默认端口时连同冒号一起省略")
    if parts.netloc.count("@") > 1:
        raise _refuse("数据库地址里有不止一个 @", "；用户名和口令里的 @ 请写成 %40")
    if parts.scheme != "postgresql":
        raise _refuse("数据库地址不是以 postgresql:// 开头", "；使用 SQLite 时请不要设置这个变量")
    options = _read_options(parts)
    host = options.get("host", parts.hostname or "")
    user = _decode(parts.username, "用户名")
    database = _decode(parts.path.removeprefix("/"), "数据库名")
    for value, name in ((host, "主机"), (user, "用户名"), (database, "数据库名")):
        if not value:
            raise _refuse(f"数据库地址缺少{name}")
    if "/" in parts.path.removeprefix("/"):
        raise _refuse("数据库地址里的数据库名含有斜线", "；用户名和口令里的斜线请写成 %2F")
    return PostgresAddress(
        database=database,
        user=user,
        password=_decode(parts.password, "口令"),
        host=host,
        port=str(port) if port else "",
        sslmode=options.get("sslmode", ""),
    )


def _read_options(parts: SplitResult) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            parts.query, keep_blank_values=True, strict_parsing=bool(parts.query), errors="strict"
        )
    except ValueError:
        raise _refuse("数据库地址里 ? 之后的参数写错了", "；参数只能是 host 和 sslmode") from None
    options = dict(pairs)
    if len(options) != len(pairs):
        raise _refuse("数据库地址里 ? 之后有重复的参数", "；每个参数只写一次")
    if unknown := options.keys() - {"host", "sslmode"}:
        raise _refuse(f"数据库地址里 ? 之后有 {len(unknown)} 个不认识的参数", "；参数只能是 host 和 sslmode")
    if "host" in options and not options["host"].startswith("/"):
        raise _refuse("数据库地址的 host 参数不是套接字所在文件夹的绝对路径", "；主机名请写在 @ 之后")
    if "sslmode" in options and options["sslmode"] not in SSL_MODES:
        raise _refuse("数据库地址的 sslmode 参数不认识", f"；可选 {'、'.join(SSL_MODES)}")
    return options


def _decode(text: str | None, name: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text or ""):
        raise _refuse(f"数据库地址里{name}的 % 之后不是两位十六进制数", "；% 本身请写成 %25")
    try:
        return unquote(text or "", errors="strict")
    except UnicodeDecodeError:
        raise _refuse(f"数据库地址里{name}的 %XX 不是 UTF-8 编码") from None


def _refuse(what: str, hint: str = "") -> UnreadableAddress:
    return UnreadableAddress(what=what, fix=_FORM + hint)
