"""CABAC, the arithmetic coder of H.264, writing (clause 9.3.4.2)."""

from collections.abc import Mapping

from processing.h264.bits import NOTHING, Bits

#: Table 9-44: what the less probable value takes of the range, by the range's quarter and the state.
# fmt: off
_LESS_PROBABLE = (
    (
        128, 128, 128, 123, 116, 111, 105, 100, 95, 90, 85, 81, 77, 73, 69, 66,
        62, 59, 56, 53, 51, 48, 46, 43, 41, 39, 37, 35, 33, 32, 30, 29,
        27, 26, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 14, 13, 12,
        12, 11, 11, 10, 10, 9, 9, 8, 8, 7, 7, 7, 6, 6, 6, 2,
    ),
    (
        176, 167, 158, 150, 142, 135, 128, 122, 116, 110, 104, 99, 94, 89, 85, 80,
        76, 72, 69, 65, 62, 59, 56, 53, 50, 48, 45, 43, 41, 39, 37, 35,
        33, 31, 30, 28, 27, 26, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15,
        14, 14, 13, 12, 12, 11, 11, 10, 9, 9, 9, 8, 8, 7, 7, 2,
    ),
    (
        208, 197, 187, 178, 169, 160, 152, 144, 137, 130, 123, 117, 111, 105, 100, 95,
        90, 86, 81, 77, 73, 69, 66, 63, 59, 56, 54, 51, 48, 46, 43, 41,
        39, 37, 35, 33, 32, 30, 29, 27, 26, 25, 23, 22, 21, 20, 19, 18,
        17, 16, 15, 15, 14, 13, 12, 12, 11, 11, 10, 10, 9, 9, 8, 2,
    ),
    (
        240, 227, 216, 205, 195, 185, 175, 166, 158, 150, 142, 135, 128, 122, 116, 110,
        104, 99, 94, 89, 85, 80, 76, 72, 69, 65, 62, 59, 56, 53, 50, 48,
        45, 43, 41, 39, 37, 35, 33, 31, 30, 28, 27, 25, 24, 23, 22, 21,
        20, 19, 18, 17, 16, 15, 14, 14, 13, 12, 12, 11, 11, 10, 9, 2,
    ),
)
#: Table 9-45: the state after the less probable value.
_AFTER_LESS_PROBABLE = (
    0, 0, 1, 2, 2, 4, 4, 5, 6, 7, 8, 9, 9, 11, 11, 12,
    13, 13, 15, 15, 16, 16, 18, 18, 19, 19, 21, 21, 22, 22, 23, 24,
    24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33,
    33, 33, 34, 34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38, 63,
)
# fmt: on
#: The last state that the more probable value leads to.
_SUREST = 62


class Encoder:
    """Encodes decisions, each in a context that learns how it mostly goes.

    `contexts` has the numbers m and n of each context that is used (tables 9-12 to 9-33).
    """

    def __init__(self, contexts: Mapping[int, tuple[int, int]], *, quantizer: int) -> None:
        self._contexts = {index: _begun(m, n, quantizer) for index, (m, n) in contexts.items()}
        self._low, self._range = 0, 510
        self._outstanding = 0
        self._is_first = True
        self._written: list[int] = []

    def decide(self, context: int, value: int) -> None:
        """A decision in a context."""
        state, probable = self._contexts[context]
        less = _LESS_PROBABLE[self._range >> 6 & 3][state]
        self._range -= less
        if value == probable:
            self._contexts[context] = min(state + 1, _SUREST), probable
        else:
            self._low += self._range
            self._range = less
            self._contexts[context] = _AFTER_LESS_PROBABLE[state], probable ^ (state == 0)
        self._renormalize()

    def toss(self, value: int) -> None:
        """A decision that may go either way."""
        self._low = 2 * self._low + value * self._range
        self._put_highest(1024)

    def go_on(self) -> None:
        """The decision that this is not the end."""
        self._range -= 2
        self._renormalize()

    def end(self) -> Bits:
        """The decision that this is the end. Returns all bits, with the one that ends a slice's data."""
        self._low += self._range - 2
        self._range = 2
        self._renormalize()
        self._put(self._low >> 9 & 1)
        self._written += [self._low >> 8 & 1, 1]
        return sum((Bits(bit, 1) for bit in self._written), NOTHING)

    def _renormalize(self) -> None:
        while self._range < 256:
            self._range *= 2
            self._low *= 2
            self._put_highest(1024)

    def _put_highest(self, one: int) -> None:
        """Write the bit that is settled; where it still depends on a carry, count it."""
        if self._low >= one:
            self._low -= one
            self._put(1)
        elif self._low < one // 2:
            self._put(0)
        else:
            self._low -= one // 2
            self._outstanding += 1

    def _put(self, bit: int) -> None:
        if self._is_first:
            self._is_first = False
        else:
            self._written.append(bit)
        self._written += [1 - bit] * self._outstanding
        self._outstanding = 0


def _begun(m: int, n: int, quantizer: int) -> tuple[int, int]:
    """The first state of a context, and the value that it deems more probable (clause 9.3.1.1)."""
    state = min(126, max(1, (m * quantizer >> 4) + n))
    return (63 - state, 0) if state <= 63 else (state - 64, 1)
