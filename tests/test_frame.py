"""The rules of the house, as tests: what a reviewer would otherwise have to look for."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from app.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
REFUSED_NAMES = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "misc.py", "stuff.py"}
LONGEST_FILE = 600
# Assembled, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(rb"(?<![\w.])/(" + b"|".join([b"work", b"farm", b"root", b"opt/py" + b"pi"]) + rb")/")
PACKAGE_HOSTS = re.compile(rb"(pythonhosted|" + rb"pypi)\.(org|python\.org)|^--(extra-)?index-url", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is, or is about to be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("needs git and a checkout: " + listed.stderr.decode().strip())
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file() and not path.is_symlink()))


def python_files(*folders: str) -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=shown(path))


def test_no_file_is_named_after_nothing_in_particular():
    assert [shown(path) for path in tracked() if path.name in REFUSED_NAMES] == []


def test_every_source_file_holds_one_idea():
    sources = [path for path in tracked() if path.suffix in {".py", ".html", ".css", ".js"}]
    lengths = {shown(path): len(path.read_bytes().splitlines()) for path in sources}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, PACKAGE_HOSTS], ids=["machine paths", "package hosts"])
def test_nothing_committed_knows_one_machine(pattern: re.Pattern[bytes]):
    found = [
        f"{shown(path)}: {hit.group().decode()}" for path in tracked() if (hit := pattern.search(path.read_bytes()))
    ]
    assert found == []


def test_locks_hold_versions_and_hashes_and_no_addresses():
    for name in ("requirements.lock", "requirements-bench.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        packages = re.findall(r"^[a-z0-9][^\n]*", text, re.MULTILINE)
        assert packages, name
        assert [line for line in packages if "==" not in line] == [], name
        assert text.count("--hash=sha256:") >= len(packages), name
        assert "://" not in text, name


def test_what_the_project_needs_is_locked():
    locked = {
        match.lower().replace("_", "-")
        for match in re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    }
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    dependencies = project.split("dependencies = [", 1)[1].split("]\n", 1)[0]
    needed = {name.lower() for name in re.findall(r'^\s*"([A-Za-z0-9_.-]+)', dependencies, re.MULTILINE)}
    assert needed
    assert needed - locked == set()


def test_every_decision_is_listed():
    decisions = sorted(path.name for path in (ROOT / "docs/adr").glob("[0-9]*.md"))
    listed = re.findall(r"\((\d{4}-[^)]*\.md)\)", (ROOT / "docs/adr/README.md").read_text(encoding="utf-8"))
    assert decisions == sorted(set(listed))
    assert [name[:4] for name in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]


def test_links_in_documents_lead_somewhere():
    broken = []
    for path in tracked():
        if path.suffix != ".md":
            continue
        for target in LINK.findall(CODE.sub("", path.read_text(encoding="utf-8"))):
            if re.match(r"[a-z]+:|#", target):
                continue
            if not (path.parent / target.split("#")[0]).exists():
                broken.append(f"{shown(path)}: {target}")
    assert broken == []


def test_the_map_in_the_readme_is_the_tree():
    """Every folder at the top, and every room of engine and app, is named in the README's map."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tops = {path.relative_to(ROOT).parts[0] for path in tracked() if len(path.relative_to(ROOT).parts) > 1}
    rooms = {
        f"{top}/{name}"
        for top in ("engine", "app")
        for name in {path.relative_to(ROOT / top).parts[0] for path in tracked() if (ROOT / top) in path.parents}
        if not name.startswith("__") and (ROOT / top / name).is_dir()
    }
    missing = [f"{name}/" for name in sorted((tops - {".ci"}) | rooms) if f"{name.split('/')[-1]}/" not in readme]
    assert missing == []


def test_every_command_of_the_makefile_is_in_the_readme():
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in targets if f"make {name}" not in readme and name != "help"] == []


def test_the_readme_tells_every_command_of_the_command_line():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("## The command line", 1)[1].split("\n## ", 1)[0]
    told = {
        name.split()[0]
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`([^`]+)`", row)
    }
    assert told == set(COMMANDS)


def test_public_names_of_the_engine_say_what_they_mean():
    """A stage's ``messages.py`` is left out: what its functions mean is the sentence they return."""
    silent = []
    for path in python_files("engine"):
        if path.name.endswith("messages.py"):
            continue
        for node in parsed(path).body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node) and not _is_overload(node):
                silent.append(f"{shown(path)}:{node.lineno} {node.name}")
    assert silent == []


def _is_overload(node: ast.AST) -> bool:
    return any(ast.unparse(decorator).endswith("overload") for decorator in getattr(node, "decorator_list", []))


def test_every_module_of_engine_and_app_says_what_it_is():
    silent = [shown(path) for path in python_files("engine", "app") if not ast.get_docstring(parsed(path))]
    assert silent == []


def test_no_logic_hides_in_package_files():
    """An ``__init__.py`` names what its package offers; functions and classes live in files of their own."""
    hidden = [
        f"{shown(path)}:{node.lineno}"
        for path in python_files("engine", "app")
        if path.name == "__init__.py"
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    assert hidden == []


def test_every_test_is_collected():
    """A function that asserts, in a file of tests, is a test, a fixture, or called by one."""
    forgotten = []
    for path in python_files("tests"):
        module = parsed(path)
        if path.name.startswith("test_"):
            forgotten += _never_run(path, module)
        elif path.name != "conftest.py" and any(
            isinstance(node, ast.FunctionDef) and node.name.startswith("test_") for node in module.body
        ):
            forgotten.append(f"{shown(path)}: has tests, but its name does not begin with test_")
    assert forgotten == []


def _never_run(path: Path, module: ast.Module) -> list[str]:
    used = {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}
    used |= {node.attr for node in ast.walk(module) if isinstance(node, ast.Attribute)}
    found = []
    seen: set[str] = set()
    owners: list[ast.Module | ast.ClassDef] = [
        module,
        *(node for node in module.body if isinstance(node, ast.ClassDef)),
    ]
    for owner in owners:
        collected_owner = owner is module or getattr(owner, "name", "").startswith("Test")
        for node in owner.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            where = f"{shown(path)}:{node.lineno} {node.name}"
            if node.name.startswith("test"):
                if not collected_owner and "Machine" not in getattr(owner, "name", ""):
                    found.append(f"{where}: in a class whose name does not begin with Test")
                key = f"{getattr(owner, 'name', '')}.{node.name}"
                if key in seen:
                    found.append(f"{where}: hides an earlier test of the same name")
                seen.add(key)
            elif owner is module and not node.decorator_list and node.name not in used:
                found.append(f"{where}: is never run")
    return found
