"""Manifest files: what they may say, where a fault stands, and what `path:` becomes."""

import os
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evidence_graph.cli.manifest_file import ManifestFile, read_manifest_file
from evidence_graph.cli.path_digests import PathDigests
from evidence_graph.cli.prepared import prepare
from evidence_graph.errors import InvalidInput


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str | bytes, name: str = "manifest.yaml") -> ManifestFile:
    """The manifest of a file with this text."""
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_manifest_file(name)


def refusal(text: str | bytes, name: str = "manifest.yaml") -> str:
    """Why the file is refused."""
    with pytest.raises(InvalidInput) as refused:
        read(text, name)
    return str(refused.value)


def test_values_of_yaml_mean_what_they_look_like() -> None:
    """Times, dates, NO and 12:30 are text; 010 is ten; the core schema of YAML 1.2."""
    text = "[2026-10-02T08:00:00Z, 2026-10-01, NO, yes, 12:30, 010, 1e3, .5, 0x1F, 0o17, true, ~, '1', 1_000, 3f1c]"

    assert read(text).document == [
        "2026-10-02T08:00:00Z", "2026-10-01", "NO", "yes", "12:30", 10, 1000.0, 0.5, 31, 15, True, None, "1", "1_000", "3f1c",
    ]  # fmt: skip


def test_the_three_forms_say_the_same() -> None:
    """YAML, JSON and TOML; TOML's own times are text too."""
    wanted = {"datasets": [{"urn": "dataset:a/b@1", "occurredAt": "2026-10-02T08:00:00+00:00"}]}

    assert read('datasets: [{urn: "dataset:a/b@1", occurredAt: 2026-10-02T08:00:00+00:00}]').document == wanted
    assert (
        read('{"datasets":\t[{"urn": "dataset:a/b@1", "occurredAt": "2026-10-02T08:00:00+00:00"}]}', "m.json").document
        == wanted
    )
    assert read('[[datasets]]\nurn = "dataset:a/b@1"\noccurredAt = 2026-10-02T08:00:00Z\n', "m.toml").document == wanted


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: [1,\n", "2:1", "did not find"),
        ("a: 1\nb: c: d", "2:5", "mapping values are not allowed"),
        ("a: 1\n  b: 2\n", "2:4", "mapping values are not allowed"),
        ("a: 1\na: 2", "2:1", "'a' stands here twice"),
        ("x:\n  - {u: 1, u: 2}", "2:12", "'u' stands here twice"),
        ("--- {a: 1}\n--- {b: 2}", "2:5", "second document"),
        ("", "1:1", "empty"),
        ("a: *x", "1:4", "undefined alias"),
        ("a: &x [*x]", "1:4", "refers to what it stands in"),
        ("x: !!python/object:os.system 1", "1:4", "tag !!python/object:os.system"),
        ("x: !!timestamp 2026-10-01", "1:4", "tag !!timestamp"),
        ("? [a]\n: b", "1:3", "A key is no text"),
        ("a: \t\x01", "1:1", "control characters"),
        ("n: " + "9" * 5_000, "1:4", "no number"),
    ],
)
def test_a_fault_of_yaml_has_line_and_column(text: str, place: str, words: str) -> None:
    """`manifest.yaml:line:column: what is wrong. What to do.`"""
    message = refusal(text)

    assert message.startswith(f"manifest.yaml:{place}: "), message
    assert words in message


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ('{"a": 1,}', "m.json", "m.json:1:"),
        ('{"a": 1,\n  "a": 2}', "m.json", "m.json:2:3: The key 'a' stands here twice"),
        ('{"a": NaN}', "m.json", "NaN is no JSON number"),
        ('{"a": ' + "9" * 5_000 + "}", "m.json", "too many digits"),
        ("[" * 100_000, "m.json", "nested too deeply"),
        ("a = 1\na = 2", "m.toml", "m.toml:2"),
        ("a = 1\nb = ?", "m.toml", "m.toml:2:5: Invalid value"),
        ("a = " + "[" * 100_000, "m.toml", "nested too deeply"),
        (b"a: \xff", "m.yaml", "m.yaml:1: the file is not UTF-8"),
        ("a: " + "[" * 100_000, "m.yaml", "m.yaml:1:"),
        ("a: " + "[" * 900 + "]" * 900, "m.yaml", "nested too deeply"),
        ("a: 1", "m.txt", "A manifest ends in .yaml"),
    ],
)
def test_other_faults_are_named_as_well(text: str | bytes, name: str, words: str) -> None:
    """No fault of a file ends in a traceback."""
    assert words in refusal(text, name)


def test_aliases_may_be_used_but_not_to_fill_the_memory() -> None:
    """A few aliases and merges are fine; a billion values behind a hundred characters are not."""
    assert read("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a").document == {
        "a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {"x": 1, "y": 2},
    }  # fmt: skip
    laughs = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "aliases make it too large" in refusal(laughs)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Not there, a folder, or a name no file can have."""
    for name, words in (("nope.yaml", "does not exist"), (".", "is a folder"), ("a\0b.yaml", "cannot be read")):
        with pytest.raises(InvalidInput, match=words):
            read_manifest_file(name)


@pytest.mark.parametrize("name", ["manifest.yaml", "manifest.json"])
def test_a_fault_of_an_item_has_the_place_of_what_is_wrong(name: str) -> None:
    """The field when it is there, else the item."""
    file = read(
        '{"datasets": [\n  {"urn": "dataset:a/b@1"},\n  {"urn": "dataset:a/c@1", "derivedFrom": ["x",\n    "y"]}]}',
        name,
    )

    assert file.place("datasets[1].derivedFrom[1]") == f"{name}:4:5"
    assert file.place("datasets[1].digest") == f"{name}:3:3"
    assert file.place("datasets[0]") == f"{name}:2:3"
    assert file.place("nothing") == name


def test_faults_come_in_the_order_of_the_file() -> None:
    """Whatever order sections are read in."""
    read('windows:\n  - {x: 1}\ndatasets:\n  - {urn: "dataset:a/b@1", source: {run: 8124}}\n  - {urn: nope}\n')

    faults = prepare("manifest.yaml").faults

    assert [fault.path for fault in faults] == ["windows[0]", "datasets[0]", "datasets[1]"]
    assert "put it in quotes" in faults[1].next_step


def digests(text: str) -> tuple[Any, list[str]]:
    """The datasets of a manifest with digests for paths, and the faults."""
    found = PathDigests(read(text))
    document = found.document()
    assert isinstance(document, dict)
    return document["datasets"], [fault.message for fault in found.faults]


def test_the_path_of_a_file_becomes_the_digest_of_its_bytes() -> None:
    """Relative to the manifest's folder, wherever the command runs."""
    Path("inner").mkdir()
    Path("inner/data.bin").write_bytes(b"bytes")
    Path("inner/manifest.yaml").write_text('datasets: [{urn: "dataset:a/b@1", path: data.bin}]')

    document = PathDigests(read_manifest_file("inner/manifest.yaml")).document()

    assert document == {"datasets": [{"urn": "dataset:a/b@1", "digest": f"sha256:{sha256(b'bytes').hexdigest()}"}]}


def test_the_path_of_a_folder_becomes_the_digest_of_its_listing() -> None:
    """The same that the documented line of shell prints, hidden files and links to files included."""
    Path("model/b").mkdir(parents=True)
    for name in ("model/b/z", "model/a.bin", "model/.hidden", "model/ä", "model/B"):
        Path(name).write_text(name)
    Path("model/link").symlink_to("a.bin")

    (item,), faults = digests('datasets: [{urn: "dataset:a/b@1", path: model/}]')

    line = r"cd model && find -L . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    listed = subprocess.run(line, shell=True, capture_output=True, text=True, check=True).stdout.split()[0]
    assert (item["digest"], faults) == (f"sha256:{listed}", [])


def test_path_and_digest_may_both_stand_when_they_agree() -> None:
    """Else the item is invalid, and the message names the true digest."""
    Path("data").write_bytes(b"x")
    true = f"sha256:{sha256(b'x').hexdigest()}"

    agreed, faults = digests(f'datasets: [{{urn: "dataset:a/b@1", path: data, digest: "{true}"}}]')
    assert (agreed[0]["digest"], faults) == (true, [])
    _, faults = digests(f'datasets: [{{urn: "dataset:a/b@1", path: data, digest: "sha256:{"ab" * 32}"}}]')
    assert true in faults[0]


def test_what_cannot_be_hashed_is_a_fault_of_its_item() -> None:
    """Every one is listed: nothing there, an empty folder, a pipe, a link to a folder, no text."""
    Path("empty").mkdir()
    Path("linked").mkdir()
    Path("linked/inner").symlink_to(Path("empty").resolve())
    os.mkfifo("pipe")
    paths = ("nope", "empty", "pipe", "linked", "[1]", "''")
    items = "".join(f'  - {{urn: "dataset:a/b@{index}", path: {path}}}\n' for index, path in enumerate(paths))

    _, faults = digests(f"datasets:\n{items}")

    words = ("does not exist", "is empty", "neither a file nor a folder", "link to a folder", "no text", "no text")
    assert len(faults) == len(words)
    for fault, expected in zip(faults, words, strict=True):
        assert expected in fault


def test_the_sound_part_keeps_the_paths_of_the_file() -> None:
    """Items without faults can be asked about although the file is refused; their places are not lost."""
    read(
        'datasets:\n  - {urn: nope}\n  - {urn: "dataset:a/b@1"}\n  - {urn: "dataset:a/c@1", x: 1}\n  - {urn: "dataset:a/d@1"}\n'
    )

    sound, paths = prepare("manifest.yaml").sound_part()

    assert sound["datasets"] == [{"urn": "dataset:a/b@1"}, {"urn": "dataset:a/d@1"}]
    assert paths == {"datasets[0]": "datasets[1]", "datasets[1]": "datasets[3]"}
