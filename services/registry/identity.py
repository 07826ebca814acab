"""Resident identity numbers (公民身份号码) by GB 11643: reading, checking, and what they tell.

An identity number is 17 digits and a check character: six for the place of first registration, eight
for the day of birth, three for the sequence (odd for men, even for women). Length, date and check
character are hard errors; an unknown place is only a doubt, because place codes go out of use while
the people registered under them live on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from operator import mul

from services.registry.reasons import Reason, Refusal
from services.registry.standards import Sex

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
OF_ZEROS = ord("0") * sum(WEIGHTS)
"""What is to be taken off a sum over the characters of digits."""

# The first two digits of every place code: the provinces of GB/T 2260.
PROVINCES = frozenset(
    str(code)
    for region in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for code in range(region[0], region[1] + 1)
)

# Clerks type with a Chinese keyboard and paste from cells that begin with an apostrophe; neither changes
# the number that was meant. Only these are forgiven: other digits of Unicode are refused as characters.
_FULL_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("Ｘ"): "X", ord("ｘ"): "X"}
_INVISIBLE = {ord(mark): None for mark in "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"}


class IdNumberInvalid(Refusal):
    """The text is no resident identity number."""


class IdNumberLength(IdNumberInvalid):
    def __init__(self) -> None:
        super().__init__(
            Reason(
                "id-number-length",
                "身份证号应为18位（15位旧号码请换成现行18位号码）",
                "an identity number has 18 characters (replace old numbers of 15 by the present ones)",
            )
        )


class IdNumberCharacters(IdNumberInvalid):
    def __init__(self) -> None:
        super().__init__(
            Reason(
                "id-number-characters",
                "身份证号前17位应为数字，末位应为数字或X",
                "an identity number is 17 digits and a last digit or X",
            )
        )


class IdNumberDate(IdNumberInvalid):
    def __init__(self) -> None:
        super().__init__(
            Reason(
                "id-number-date",
                "身份证号中的出生日期不存在或晚于今天",
                "the day of birth in the identity number does not exist or lies in the future",
            )
        )


class IdNumberCheckDigit(IdNumberInvalid):
    def __init__(self) -> None:
        super().__init__(
            Reason(
                "id-number-check-digit",
                "身份证号校验码不符，请核对是否有错字",
                "the check digit of the identity number does not fit: one of its characters is mistyped",
            )
        )


PLACE_UNKNOWN = Reason(
    "id-number-place",
    "身份证号前六位的行政区划代码未知，请核对",
    "the place code of the identity number is not known; please check",
)


def normalise_id_number(text: str) -> str:
    """The same number without spaces, full-width characters, a small x or a leading apostrophe."""
    if text.isascii() and text.isalnum():
        return text.replace("x", "X")
    plain = "".join(text.translate(_INVISIBLE).split()).lstrip("'’‘＇")
    return plain.translate(_FULL_WIDTH).replace("x", "X")


def check_digit(first17: str) -> str:
    """The check character (0 to 9 or X) that belongs behind the first 17 digits."""
    if not (len(first17) == len(WEIGHTS) and first17.isascii() and first17.isdecimal()):
        raise ValueError("17 digits are needed")
    return CHECK_CHARACTERS[(sum(map(mul, WEIGHTS, first17.encode())) - OF_ZEROS) % 11]


NUMBER_OF_A_PERSON = Reason(
    "household-number-personal",
    "户编号不得为身份证号，请另行编号",
    "a household's number must not be somebody's identity number; number households otherwise",
)


def is_id_number(text: str) -> bool:
    """Whether a text that should be something else is somebody's number, told by its check digit."""
    plain = normalise_id_number(text)
    return bool(re.fullmatch(r"\d{17}[\dX]", plain, re.ASCII)) and check_digit(plain[:17]) == plain[17]


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A valid identity number in its one normal form. `repr` does not show it, so logs cannot."""

    value: str = field(repr=False)

    @classmethod
    def read(cls, text: str, today: date) -> IdNumber:
        """The number meant by what a clerk typed; raises one of the family `IdNumberInvalid`."""
        value = normalise_id_number(text)
        if len(value) != 18:
            raise IdNumberLength
        # str.isdigit alone would let in Arabic and superscript digits.
        if not (value.isascii() and value[:17].isdigit() and (value[17].isdigit() or value[17] == "X")):
            raise IdNumberCharacters
        try:
            born = _birth_date(value)
        except ValueError:
            raise IdNumberDate from None
        if born > today:
            raise IdNumberDate
        if check_digit(value[:17]) != value[17]:
            raise IdNumberCheckDigit
        return cls(value)

    @property
    def place_code(self) -> str:
        """Six digits of GB/T 2260: where the person was first registered."""
        return self.value[:6]

    @property
    def birth_date(self) -> date:
        return _birth_date(self.value)

    @property
    def sex(self) -> Sex:
        return Sex.MALE if int(self.value[16]) % 2 else Sex.FEMALE

    def doubts(self) -> tuple[Reason, ...]:
        """What a clerk should look at again, though it refuses nothing."""
        return () if self.value[:2] in PROVINCES else (PLACE_UNKNOWN,)

    def __str__(self) -> str:
        return self.value


def _birth_date(value: str) -> date:
    return date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
