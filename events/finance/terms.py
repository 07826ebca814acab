"""Words that several facts of finance are told in. Sums are whole fen."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Fund = Annotated[
    str, Field(pattern=r"^[a-z][a-z-]*$", max_length=40, description="code of an earmarked fund")
]


Year = Annotated[int, Field(ge=2000, le=2100, description="budget year")]


Sum = Annotated[int, Field(gt=0, le=10**14, description="in fen")]


Period = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9-]{1,50}$",
        description="of a case, each paid once: 2020-09, once, part-2, arrears-…",
    ),
]
