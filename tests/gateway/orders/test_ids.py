"""Hold ids to their form, and to never repeating."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.adapters.venue_session import ClOrdIdRule
from fairlead.gateway.orders.ids import ClOrdIdFactory, IdsExhausted, OwnIds, RisingIdFactory, build_id_factory


def test_form_is_prefix_epoch_counter() -> None:
    factory = ClOrdIdFactory(ClOrdIdRule(length=14, prefix="FL"), 37)
    assert [factory.next() for _ in range(3)] == ["FL001100000000", "FL001100000001", "FL001100000002"]


def test_counter_runs_through_the_alphabet_and_then_ends() -> None:
    factory = ClOrdIdFactory(ClOrdIdRule(length=3, alphabet="ab"), 1)
    assert [factory.next() for _ in range(4)] == ["baa", "bab", "bba", "bbb"]
    with pytest.raises(IdsExhausted, match="4 ids were made in this epoch"):
        factory.next()


def test_epoch_that_does_not_fit_is_refused() -> None:
    ClOrdIdFactory(ClOrdIdRule(length=8, alphabet="0123456789"), 999)
    with pytest.raises(IdsExhausted, match="epoch 1000 does not fit 3 characters of 10"):
        ClOrdIdFactory(ClOrdIdRule(length=8, alphabet="0123456789"), 1000)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (ClOrdIdRule(length=3, prefix="AB"), "leaves 1 of 3 characters"),
        (ClOrdIdRule(alphabet="0"), "two or more different characters"),
        (ClOrdIdRule(alphabet="010"), "two or more different characters"),
    ],
)
def test_rules_without_room_are_refused(rule: ClOrdIdRule, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        ClOrdIdFactory(rule, 1)


@given(
    st.integers(2, 20),
    st.text("0123456789abcdef", max_size=3),
    st.sets(st.characters(min_codepoint=33, max_codepoint=126), min_size=2, max_size=40).map("".join),
    st.sets(st.integers(0, 40), min_size=1, max_size=5),
)
def test_no_two_epochs_meet(room: int, prefix: str, alphabet: str, epochs: set[int]) -> None:
    """Invariant: ids of any epochs are different, as long as the rule says and in its alphabet."""
    rule = ClOrdIdRule(length=room + len(prefix), alphabet=alphabet, prefix=prefix)
    made: list[str] = []
    for epoch in epochs:
        try:
            factory = ClOrdIdFactory(rule, epoch)
            made += [factory.next() for _ in range(50)]
        except IdsExhausted:
            continue
    assert len(set(made)) == len(made)
    for cl_ord_id in made:
        assert len(cl_ord_id) == rule.length and cl_ord_id.startswith(prefix)
        assert set(cl_ord_id[len(prefix) :]) <= set(alphabet)


def test_own_ids_differ_by_letter_epoch_and_counter() -> None:
    makers = [OwnIds("O", 1), OwnIds("E", 1), OwnIds("O", 11), OwnIds("O", 12)]
    made = [maker.next() for maker in makers for _ in range(20)]
    assert made[:2] == ["O1-1", "O1-2"]
    assert len(set(made)) == len(made)


RISING = ClOrdIdRule(is_rising=True, highest=9)


def test_numbers_rise_above_all_that_the_books_know() -> None:
    ids = build_id_factory(RISING, 3, ["4", "C2-1", "6", "5", "\N{SUPERSCRIPT TWO}"])
    assert [ids.next(), ids.next(), ids.next_unseen(), ids.next()] == ["7", "8", "C3-1", "9"]
    with pytest.raises(IdsExhausted, match="all numbers up to 9 were used"):
        ids.next()


def test_numbers_rise_above_what_the_venue_names() -> None:
    ids = RisingIdFactory(RISING, 1)
    for said in ("3", "2", "10", "x", ""):
        ids.note_used(said)
    assert ids.next() == "4"


def test_text_ids_go_on_after_one_of_the_same_epoch_that_a_venue_remembers() -> None:
    ids = ClOrdIdFactory(ClOrdIdRule(length=14, prefix="FL"), 37)
    for said in ("FL001100000007", "FL001200000009", "FL0011", "FL0011000000!7", "XX001100000099", "FL001100000004"):
        ids.note_used(said)
    assert ids.next_unseen() == "FL001100000008"
