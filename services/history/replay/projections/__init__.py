"""The projections that come with Doudi: an SQL file each. Light, so that a command's help may name them."""

from __future__ import annotations

from importlib.resources import files

LIVED = """CREATE VIEW lived AS
WITH homes AS (
    SELECT household, township, type, id, corrects, effective, recordedtime, source, sequence
    FROM known_facts
    WHERE type IN ('registry.HouseholdRegistered', 'registry.HouseholdMoved', 'registry.HouseholdCorrected')
        AND household IS NOT NULL
)
-- What was told last of a day counts; a correction, from the day of what it corrects.
SELECT
    homes.household,
    CASE homes.type WHEN 'registry.HouseholdCorrected' THEN coalesce(amended.effective, homes.effective)
        ELSE homes.effective END AS effective,
    arg_max(homes.township, (homes.recordedtime, homes.source, homes.sequence)) AS township
FROM homes
LEFT JOIN homes AS amended ON homes.corrects = amended.id
WHERE homes.township IS NOT NULL
GROUP BY ALL"""
"""For every projection in SQL: in which township a household lived, from a day (`effective`) on."""


def built_in() -> list[str]:
    """The names of ours."""
    return sorted(
        one.name.removesuffix(".sql") for one in files(__package__).iterdir() if one.name.endswith(".sql")
    )
