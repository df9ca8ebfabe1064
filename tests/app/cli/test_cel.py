import json

import pytest
from click.testing import CliRunner

from app.cli.cel import cel


def run(*args, **more):
    return CliRunner().invoke(cel, args, **more)


def answers(result):
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("args", "answer"),
    [
        (["1 + 2"], {"result": {"t": "int", "v": "3"}}),
        (["x.y + 1", "--bindings", '{"x": {"y": 2}}'], {"result": {"t": "int", "v": "3"}}),
        (["x + 1u", "--bindings", '{"x": {"t": "uint", "v": "2"}}'], {"result": {"t": "uint", "v": "3"}}),
        (["x / 2.0", "--bindings", '{"x": 3.0}'], {"result": {"t": "double", "v": 1.5}}),
        (["1.0 / 0.0"], {"result": {"t": "double", "v": "Infinity"}}),
        (["b'é'"], {"result": {"t": "bytes", "b64": "w6k="}}),
        (["'é'"], {"result": {"t": "string", "v": "é"}}),
        (["x", "--bindings", '{"x": "\\ud800"}'], {"result": {"t": "string", "v": "\ud800"}}),
        (["-1 + x", "--bindings", '{"x": 2}'], {"result": {"t": "int", "v": "1"}}),
        (["--4"], {"result": {"t": "int", "v": "4"}}),
        (["1", "--format", "json", "--config", "nowhere"], {"result": {"t": "int", "v": "1"}}),
        (["1 / 0"], {"error": "division by zero"}),
        (["1 +"], {"error": "expected a value, found the end of the expression"}),
    ],
)
def test_one_expression(args, answer):
    assert answers(run(*args)) == [answer]


def test_a_batch_answers_every_line_whatever_it_holds(tmp_path):
    lines = [
        b'{"expr": "x.y", "bindings": {"x.y": {"t": "int", "v": "7"}}, "type_env": [{"name": "x.y"}]}',
        b'{"expr": "y", "container": "x", "bindings": {"x.y": 8}}',
        b'{"expr": "x", "type_env": [{"name": "x"}]}',
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"expr": 1}',
        b'{"expr": "1", "bindings": [1]}',
        b'{"expr": "x", "bindings": {"x": {"t": "int", "v": "one"}}}',
        b'{"expr": "x", "bindings": ' + b"[" * 100_000,
        b'{"expr": "x", "type_env": 1}',
        b'{"expr": "1"}',
    ]
    path = tmp_path / "batch.jsonl"
    path.write_bytes(b"\n".join(lines))
    found = answers(run("--batch", str(path)))
    assert [answer.get("result", {}).get("v") for answer in found] == ["7", "8", *[None] * 10, "1"]
    assert all(isinstance(answer["error"], str) and answer["error"] for answer in found[2:-1])


def test_a_batch_may_come_from_standard_input():
    assert answers(run("--batch", "-", input='{"expr": "true"}\n')) == [{"result": {"t": "bool", "v": True}}]


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["1", "--bindings", "{"],
        ["1", "--bindings", "[1]"],
        ["1", "--bindings", '{"x": {"t": "int"}}'],
        ["1", "--bindings", '{"x": 99999999999999999999}'],
        ["1", "--bindings", "[" * 100_000],
        ["1", "--batch", "-"],
        ["1", "--bindngs", "{}"],
        ["--batch", "no-such-file.jsonl"],
        ["--batch", "."],
    ],
)
def test_what_cannot_run_says_why(args):
    result = run(*args)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert "Traceback" not in result.output


def test_published_cases_are_answered_line_by_line(shared):
    path = shared / "data" / "cel" / "cel_core_dev.jsonl"
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = answers(run("--batch", str(path)))
    assert len(found) == len(cases)
    for case, answer in zip(cases, found, strict=True):
        expected = case.get("expect")
        assert ("error" in answer) if expected is None else (answer["result"] == expected), case["expr"]
