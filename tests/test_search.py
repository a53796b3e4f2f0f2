"""Wrong numbers among many are found from sums of them, and nothing else is called wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.verdict.search import Exhausted, Part, Reading, Search

Array = npt.NDArray[Any]

ROUNDOFF = 1e-13


@dataclass
class Numbers:
    """Mistakes that can be read as sums with random weights, with noise and a budget."""

    mistakes: Array
    noise: float = 0.0
    budget: float = np.inf
    seed: int = 0
    known: dict[int, float] = field(default_factory=dict)
    ranges: list[tuple[int, int]] = field(default_factory=list)
    """What was read, in order."""

    def __post_init__(self) -> None:
        self.generator = np.random.default_rng(self.seed)
        self.bar = self.noise + ROUNDOFF * float(np.abs(self.mistakes).sum())
        self.turn()

    def turn(self) -> None:
        """Draw other weights."""
        signs = self.generator.choice([-1.0, 1.0], len(self.mistakes))
        self.weights = self.generator.uniform(0.5, 1.0, len(self.mistakes)) * signs

    def remaining(self) -> float:
        """Return how many readings are allowed."""
        return self.budget - len(self.ranges)

    def read(self, start: int, stop: int, code: Array | None) -> Reading:
        """Add up what is not known yet, off by up to the noise."""
        if self.remaining() < 1:
            raise Exhausted
        self.ranges.append((start, stop))
        open_ = self.mistakes.copy()
        for index, value in self.known.items():
            open_[index] -= value
        weights = self.weights[start:stop] * (1.0 if code is None else code)
        noise = self.noise * self.generator.uniform(-1, 1)
        return Reading(float(weights @ open_[start:stop]) + noise, self.bar)

    def confirm(self, index: int, reading: Reading) -> Reading:
        """Look at one number, within the noise."""
        if self.remaining() < 1:
            raise Exhausted
        self.ranges.append((index, index + 1))
        rest = self.mistakes[index] - self.known.get(index, 0.0)
        seen = rest + self.noise * self.generator.uniform(-1, 1)
        if abs(seen) <= 2 * self.bar:
            return reading
        self.known[index] = self.known.get(index, 0.0) + seen
        weight = self.weights[index]
        return reading.without(Reading(seen * weight, self.bar))

    def search(self) -> Search:
        """Return a search that has not begun."""
        return Search(self.read, self.confirm, self.remaining)

    def root(self) -> Part:
        """Read everything."""
        return Part(0, len(self.mistakes), self.read(0, len(self.mistakes), None))


def numbers(size: int, wrong: dict[int, float], **options: Any) -> Numbers:
    """Return numbers that are 0 but for those that are wrong."""
    mistakes = np.zeros(size)
    mistakes[list(wrong)] = list(wrong.values())
    return Numbers(mistakes, **options)


def found(subject: Numbers) -> Search:
    """Search among the numbers."""
    search = subject.search()
    root = subject.root()
    if root.reading.shows:
        search.run(root)
    return search


sizes = st.builds(
    lambda sign, exponent: sign * 10.0**exponent, st.sampled_from([-1, 1]), st.floats(-3, 3)
)


# --- readings ------------------------------------------------------------------------------------


def test_a_reading_shows_beyond_two_bars() -> None:
    """A sum within two bars of zero may be zero."""
    assert [False, False, True, True] == [
        Reading(value, 0.5).shows for value in (0.0, -1.0, 1.001, -7.0)
    ]


def test_a_reading_of_nothing_with_an_exact_bar_does_not_show() -> None:
    """Zero is zero, however small the bar."""
    assert not Reading(0.0, 0.0).shows


def test_what_is_left_of_a_reading_has_both_bars() -> None:
    """A difference is as uncertain as both of its terms together."""
    assert Reading(2.0, 0.75) == Reading(3.0, 0.5).without(Reading(1.0, 0.25))


# --- the search, from exact readings -------------------------------------------------------------


@given(st.data())
def test_every_set_of_wrong_numbers_is_found(data: st.DataObject) -> None:
    """From exact readings all wrong numbers are found, of any sizes, and nothing else."""
    size = data.draw(st.integers(1, 3000))
    wrong = data.draw(st.dictionaries(st.integers(0, size - 1), sizes, max_size=25))
    subject = numbers(size, wrong, seed=data.draw(st.integers(0, 2**32)))
    search = found(subject)

    assert set(wrong) == set(subject.known)
    assert ([], False) == (search.left, search.is_over)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 1000, 2**16 + 1])
@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_a_single_wrong_number_takes_a_few_readings(size: int, place: float) -> None:
    """The first, the middle or the last of any number: the sum, the code, and the confirmation."""
    index = round(place * (size - 1))
    subject = numbers(size, {index: 0.1})
    found(subject)

    assert {index} == set(subject.known)
    assert len(subject.ranges) == (2 if size == 1 else 3)


def test_a_block_of_wrong_numbers_is_found() -> None:
    """Neighbours are told from each other."""
    wrong = dict.fromkeys(range(777, 857), 0.25)
    subject = numbers(4096, wrong)
    found(subject)

    assert set(wrong) == set(subject.known)


def test_all_wrong_numbers_are_found_where_all_are_wrong() -> None:
    """With enough readings even this is no more than two and a half for each."""
    subject = numbers(512, dict.fromkeys(range(512), 0.1))
    search = found(subject)

    assert set(range(512)) == set(subject.known)
    assert [] == search.left
    assert len(subject.ranges) <= 2.5 * 512


def test_one_half_is_read_and_the_other_follows() -> None:
    """Of two siblings the second is never read, but for codes and confirmations."""
    wrong = {3: 1.0, 700: 1.0, 720: 1.0, 1023: 1.0}
    subject = numbers(1024, wrong)
    root = subject.root()
    plain = []

    def read(start: int, stop: int, code: Array | None) -> Reading:
        if code is None:
            plain.append((start, stop))
        return subject.read(start, stop, code)

    Search(read, subject.confirm, subject.remaining).run(root)

    assert (0, 512) in plain
    assert all(start // (stop - start) % 2 == 0 for start, stop in plain)
    assert set(wrong) == set(subject.known)


def test_a_crowded_part_is_not_asked_for_a_single_index() -> None:
    """Where nearly all parts of a size hold mistakes, codes would be wasted."""
    subject = numbers(64, dict.fromkeys(range(64), 1.0))
    codes = []

    def read(start: int, stop: int, code: Array | None) -> Reading:
        if code is not None:
            codes.append((start, stop))
        return subject.read(start, stop, code)

    Search(read, subject.confirm, subject.remaining).run(subject.root())

    assert [(0, 64)] == codes
    assert set(range(64)) == set(subject.known)


def test_a_single_mistake_is_told_from_several() -> None:
    """Looking for one only says what that leaves unexplained."""
    one, two = numbers(900, {17: 1.0}), numbers(900, {17: 1.0, 600: 3.0})

    assert not one.search().single(one.root()).shows
    root = two.root()
    assert root.reading == two.search().single(root)
    assert {} == two.known


# --- noise ---------------------------------------------------------------------------------------


@given(st.data())
def test_noise_accuses_no_right_number(data: st.DataObject) -> None:
    """Whatever the noise, what is called wrong is wrong."""
    size = data.draw(st.integers(1, 500))
    wrong = data.draw(st.dictionaries(st.integers(0, size - 1), sizes, max_size=10))
    noise = 10.0 ** data.draw(st.floats(-8, 1))
    seed = data.draw(st.integers(0, 2**32))
    subject = numbers(size, wrong, noise=noise, seed=seed, budget=3000)
    found(subject)

    assert set(wrong) >= set(subject.known)


@given(
    size=st.integers(2, 5000),
    indices=st.sets(st.integers(0, 4999), min_size=1, max_size=12),
    seed=st.integers(0, 2**32),
)
def test_clear_mistakes_are_found_in_noise(size: int, indices: set[int], seed: int) -> None:
    """Two that cancel each other by chance, within the noise, do not with other weights."""
    wrong = {index % size: 1.0 for index in indices}
    subject = numbers(size, wrong, noise=1e-4, seed=seed)
    for _ in range(4):
        found(subject)
        subject.turn()

    assert set(wrong) == set(subject.known)


@pytest.mark.parametrize("noise", [1e-6, 1e-4, 1e-3, 1e-2])
def test_a_single_mistake_in_noise_needs_more_codes(noise: float) -> None:
    """The index is spelled in as many readings as the noise makes necessary."""
    subject = numbers(100_000, {54_321: 1.0}, noise=noise)
    found(subject)

    assert {54_321} == set(subject.known)
    assert 3 <= len(subject.ranges) <= 3 - np.log(100_000) / np.log(min(0.2, 20 * noise))


def test_a_mistake_is_found_although_codes_are_noisier_than_the_whole() -> None:
    """What the codes spell counts as far as their own bars allow."""
    subject = numbers(100_000, {54_321: 1.0})
    root = subject.root()

    def read(start: int, stop: int, code: Array | None) -> Reading:
        exact = subject.read(start, stop, code)
        return Reading(exact.value + 0.9e-3, 1e-3)

    Search(read, subject.confirm, subject.remaining).run(root)

    assert {54_321} == set(subject.known)


# --- the end of the search -----------------------------------------------------------------------


@given(budget=st.integers(1, 60), seed=st.integers(0, 2**32))
def test_what_was_not_found_lies_in_what_is_left(budget: int, seed: int) -> None:
    """Where the readings are spent, every wrong number is either found or in a part left over."""
    wrong = dict.fromkeys(np.random.default_rng(seed).integers(0, 2000, 8).tolist(), 1.0)
    subject = numbers(2000, wrong, budget=budget, seed=seed)
    search = found(subject)
    covered = {i for part in search.left for i in range(part.start, part.stop)}

    assert set(wrong) >= set(subject.known)
    assert set(wrong) <= set(subject.known) | covered
    assert len(subject.ranges) <= budget
    assert search.is_over == bool(search.left)


@pytest.mark.parametrize("size", [5_000, 1_000_000])
def test_a_hopeless_search_ends_early(size: int) -> None:
    """Where far too many numbers are wrong, most of the readings are not even tried."""
    subject = numbers(size, {}, budget=1500)
    subject.mistakes[:] = 0.1
    subject.bar = 1e-9
    search = found(subject)

    assert search.is_over
    assert len(subject.ranges) < 1500 / 4
    assert [(0, size)] == [(search.left[0].start, search.left[-1].stop)]


def test_a_search_with_enough_readings_is_not_called_hopeless() -> None:
    """A hundred wrong among many are not too many for what is left."""
    indices = np.random.default_rng(0).choice(50_000, 100, replace=False).tolist()
    subject = numbers(50_000, dict.fromkeys(indices, 0.1), budget=800)
    search = found(subject)

    assert set(indices) == set(subject.known)
    assert not search.is_over


def test_a_number_that_cannot_be_confirmed_is_left() -> None:
    """A reading that no look at the number bears out names nothing."""

    def read(start: int, stop: int, code: Array | None) -> Reading:
        del code
        return Reading(float(start <= 5 < stop), 1e-9)

    search = Search(read, lambda _, reading: reading, lambda: np.inf)
    search.run(Part(0, 16, Reading(1.0, 1e-9)))

    assert [(5, 6)] == [(part.start, part.stop) for part in search.left]
    assert not search.is_over


def test_a_reading_that_no_half_bears_out_is_left_whole() -> None:
    """Two halves that show nothing do not explain a whole that does."""
    read: Callable[..., Reading] = lambda *_: Reading(0.5, 0.4)  # noqa: E731  (one line says it)
    search = Search(read, lambda _, reading: reading, lambda: np.inf)
    search.run(Part(0, 16, Reading(1.0, 0.4), crowded=True))

    assert [(0, 16)] == [(part.start, part.stop) for part in search.left]
