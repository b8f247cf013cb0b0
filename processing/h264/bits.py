"""Reads and writes bits, and the Exp-Golomb codes of H.264 (clause 9.1)."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Bits:
    """So many bits, as a number in which the first one is the highest."""

    value: int = 0
    length: int = 0

    def __add__(self, other: "Bits") -> "Bits":
        return Bits((self.value << other.length) | other.value, self.length + other.length)

    def to_bytes(self) -> bytes:
        """The bytes of a whole number of them."""
        return self.value.to_bytes(self.length // 8, "big")


NOTHING, ZERO, ONE = Bits(0, 0), Bits(0, 1), Bits(1, 1)


def ue(number: int) -> Bits:
    """An unsigned number as ue(v)."""
    return Bits(number + 1, 2 * (number + 1).bit_length() - 1)


def se(number: int) -> Bits:
    """A signed number as se(v)."""
    return ue(2 * number - 1 if number > 0 else -2 * number)


def stopped(bits: Bits) -> Bits:
    """The bits with a one and as many zeros behind them as make whole bytes."""
    return bits + ONE + Bits(0, -(bits.length + 1) % 8)


class BitReader:
    """Reads bits from the first one on. Every method raises `EOFError` where they end too early."""

    def __init__(self, bits: Bits) -> None:
        self._bits = bits
        self.position = 0

    @classmethod
    def of(cls, data: bytes) -> Self:
        """A reader of all bits in there."""
        return cls(Bits(int.from_bytes(data, "big"), 8 * len(data)))

    @classmethod
    def of_stopped(cls, data: bytes) -> Self:
        """A reader of the bits before the last one that is set."""
        value = int.from_bytes(data, "big")
        behind = (value & -value).bit_length()
        return cls(Bits(value >> behind, 8 * len(data) - behind))

    def take(self, length: int) -> Bits:
        """The next so many bits."""
        begin = self.position
        if begin + length > self._bits.length:
            raise EOFError
        self.position += length
        return self.since(begin)

    def since(self, begin: int) -> Bits:
        """The bits from a position up to here."""
        length = self.position - begin
        return Bits(self._bits.value >> self._left & ((1 << length) - 1), length)

    def rest(self) -> Bits:
        """All bits from here on."""
        return self.take(self._left)

    def number(self, length: int) -> int:
        """The next u(n)."""
        return self.take(length).value

    def flag(self) -> bool:
        """The next u(1)."""
        return self.take(1).value == 1

    def ue(self) -> int:
        """The next ue(v)."""
        zeros = self._left - (self._bits.value & ((1 << self._left) - 1)).bit_length()
        self.take(zeros)
        return self.number(zeros + 1) - 1

    def se(self) -> int:
        """The next se(v)."""
        number = self.ue()
        return (number + 1) // 2 if number % 2 else -(number // 2)

    @property
    def _left(self) -> int:
        return self._bits.length - self.position
