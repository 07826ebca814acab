"""Names that the facts of several checks share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

Source = Literal[
    "vehicles", "property", "deposits", "tax", "company", "pension", "death", "prison", "marriage", "school_roll",
    "disability_card",
]  # fmt: skip
Capacity = Literal["applicant", "member", "supporter"]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", max_length=40, examples=["id_number"])]
Purpose = Literal["means_check"]
Half = Annotated[
    str, Field(pattern=r"^[0-9]{4}-(Q[1-4]|H[12])$", description="quarter or half", examples=["2020-Q4"])
]
Unused = Literal["closed", "household_changed", "no_consent"]
