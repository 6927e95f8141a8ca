from bot.domain.editions import Edition
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Member
from bot.views import alumni

TEAM = TeamId("T1")
EDITION = Edition(team_id=TEAM, key=EditionKey("cba-2"), name="2nd Academy", timezone="Europe/Rome")


def participants(count: int) -> list[Member]:
    return [
        Member(team_id=TEAM, user_id=UserId(f"U{number:03}"), name=f"Pat {number:03}")
        for number in range(count)
    ]


def test_all_are_chosen_at_first_where_one_menu_holds_them() -> None:
    element = alumni.choose(EDITION, participants(100))["blocks"][1]["element"]

    assert element["initial_options"] == element["options"]
    assert len(element["options"]) == 100


def test_more_than_a_menu_holds_are_in_groups_and_nobody_is_chosen_silently() -> None:
    element = alumni.choose(EDITION, participants(130))["blocks"][1]["element"]

    labels = [group["label"]["text"] for group in element["option_groups"]]
    assert labels == ["Pat 000 – Pat 099", "Pat 100 – Pat 129"]
    assert sum(len(group["options"]) for group in element["option_groups"]) == 130
    assert "initial_options" not in element
