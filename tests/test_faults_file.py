"""Fault scenarios as files: the shipped ones, and what is said of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import CoachError, ProfileError, RiderInputError
from coach.messages import EventKind, Source
from coach.trainers.faults import (
    Fault,
    FaultKind,
    load_scenario,
    parse_scenario,
    scenario_names,
)

HEAD = 'title = "Test"\n'
TIMES = "from_s = 20\nuntil_s = 45\n"


def test_every_kind_is_shipped_under_its_name_and_no_other_is() -> None:
    assert scenario_names() == sorted(FaultKind)
    for name in scenario_names():
        scenario = load_scenario(name)
        assert scenario.name == name
        assert name in {fault.kind for fault in scenario.faults}
        assert scenario.title


def test_a_file_becomes_a_scenario() -> None:
    text = (
        'title = "All at once"\nseed = 5\nduration_s = 90\nexpected = ["link_lost", "link_back"]\n'
        f'[[fault]]\nkind = "lost_pages"\n{TIMES}share = 0.25\ndevices = ["heart_rate"]\n'
        '[[fault]]\nkind = "clock_jump"\nat_s = 3\njump_s = 30.5\n'
        f'[[fault]]\nkind = "asleep"\n{TIMES}'
        f'[[fault]]\nkind = "foreign_controller"\n{TIMES}every_s = 4\n'
    )
    scenario = parse_scenario(text, "somewhere/mixed.toml")
    assert scenario.name == "mixed"
    assert (scenario.title, scenario.seed, scenario.duration) == ("All at once", 5, 90.0)
    assert scenario.expected == (EventKind.LINK_LOST, EventKind.LINK_BACK)
    assert scenario.faults == (
        Fault(FaultKind.LOST_PAGES, 20.0, 45.0, (Source.HEART_RATE,), share=0.25),
        Fault(FaultKind.CLOCK_JUMP, 3.0, 3.0, jump=30.5),
        Fault(FaultKind.ASLEEP, 20.0, 45.0, (Source.TRAINER,)),
        Fault(FaultKind.FOREIGN_CONTROLLER, 20.0, 45.0, rate=0.25, target_power=60.0),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "f.toml:1: title: expected a title"),
        (HEAD, "f.toml:1: fault: expected at least one table [[fault]]"),
        (HEAD + '[[fault]]\nkind = "lost_page"\n', "f.toml:3: fault[1].kind: expected one of"),
        (HEAD + '[[fault]]\nkind = "lost_page"\n', "did you mean 'lost_pages'?"),
        (HEAD + "[[fault]]\nfrom_s = 3\n", "fault[1].kind: expected one of"),
        (
            HEAD + '[[fault]]\nkind = "asleep"\nfrom_s = 9\nuntil_s = 9\n',
            "f.toml:5: fault[1].until_s: expected a number of seconds above from_s",
        ),
        (
            HEAD + '[[fault]]\nkind = "asleep"\nfrom_s = -1\nuntil_s = 9\n',
            "f.toml:4: fault[1].from_s: expected a number of seconds, 0 to 86400, found -1",
        ),
        (
            HEAD + f'[[fault]]\nkind = "lost_pages"\n{TIMES}share = 1.5\n',
            "f.toml:6: fault[1].share: expected a share above 0, up to 1, found 1.5",
        ),
        (HEAD + f'[[fault]]\nkind = "lost_pages"\n{TIMES}', "fault[1].share: expected a share"),
        (
            HEAD + f'[[fault]]\nkind = "asleep"\n{TIMES}devices = ["trainr"]\n',
            "did you mean 'trainer'?",
        ),
        (HEAD + f'[[fault]]\nkind = "asleep"\n{TIMES}devices = []\n', "found []"),
        (HEAD + f'[[fault]]\nkind = "stray_byte"\n{TIMES}rate_hz = 0\n', "rate_hz: expected"),
        (HEAD + f'[[fault]]\nkind = "unplugged"\n{TIMES}share = 0.5\n', "found share"),
        (HEAD + '[[fault]]\nkind = "clock_jump"\nat_s = 3\njump_s = nan\n', "found nan"),
        (HEAD + 'expected = ["link_lots"]\n' + "[[fault]]\n", "f.toml:2: expected[1]"),
        (HEAD + "seed = 1.5\n[[fault]]\n", "f.toml:2: seed: expected a whole number"),
        (HEAD + '[[fault]]\nkind = "asleep"\nfrom_s = 2O\nuntil_s = 30\n', "f.toml:4: "),
    ],
)
def test_a_mistake_is_told_with_its_line_and_key(text: str, says: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_scenario(text, "f.toml")
    assert says in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    text = 'title = 3\n[[fault]]\nkind = "asleep"\nfrom_s = "x"\nuntil_s = 30\nfoo = 1\n'
    with pytest.raises(ProfileError) as caught:
        parse_scenario(text, "f.toml")
    assert [mistake.split(":")[1] for mistake in caught.value.mistakes] == ["1", "4", "6"]


@given(st.text(max_size=200))
def test_any_text_is_a_scenario_or_a_sentence(text: str) -> None:
    with pytest.raises(ProfileError):
        parse_scenario(text, "f.toml")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("unpluged", "did you mean 'unplugged'?"),
        ("xyz", "There are asleep, bad_checksum"),
        ("./nowhere.toml", "there is no file nowhere.toml; give the path of a fault scenario"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(name: str, says: str) -> None:
    with pytest.raises(RiderInputError) as caught:
        load_scenario(name)
    assert says in str(caught.value)


def test_a_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'{HEAD}[[fault]]\nkind = "unplugged"\n{TIMES}', encoding="utf-8")
    assert load_scenario(path).name == "mine"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CoachError, match="UTF-8"):
        load_scenario(path)
