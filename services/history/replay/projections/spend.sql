-- Spend by month paid, township and programme, in whole fen. The township is where the household lived on
-- the first day of the month, as the registry has it; else where the family applied.
-- `illustrative_fen`: the part that rests on illustrative figures.
WITH paid AS (
    SELECT
        month, programme, household, stream, amount_fen,
        coalesce(illustrative, false) AS illustrative,
        CAST(month || '-01' AS DATE) AS day
    FROM facts
    WHERE type = 'assistance.MonthGranted' AND amount_fen IS NOT NULL
),
homes AS (
    SELECT household, township, type, id, corrects, effective, recordedtime, source, sequence
    FROM known_facts
    WHERE type IN ('registry.HouseholdRegistered', 'registry.HouseholdMoved', 'registry.HouseholdCorrected')
        AND household IS NOT NULL
),
lived AS (
    -- What was told last of a day counts; a correction, from the day of what it corrects.
    SELECT
        homes.household,
        CASE homes.type WHEN 'registry.HouseholdCorrected' THEN coalesce(amended.effective, homes.effective)
            ELSE homes.effective END AS effective,
        arg_max(homes.township, (homes.recordedtime, homes.source, homes.sequence)) AS township
    FROM homes
    LEFT JOIN homes AS amended ON homes.corrects = amended.id
    WHERE homes.township IS NOT NULL
    GROUP BY ALL
),
applied AS (
    SELECT stream, any_value(township) AS township
    FROM known_facts WHERE type IN ('assistance.Applied', 'assistance.TakenOver') GROUP BY stream
)
SELECT
    paid.month,
    coalesce(lived.township, applied.township) AS township,
    paid.programme,
    count(*) AS grants,
    count(DISTINCT paid.household) AS households,
    CAST(sum(paid.amount_fen) AS BIGINT) AS amount_fen,
    CAST(coalesce(sum(paid.amount_fen) FILTER (WHERE paid.illustrative), 0) AS BIGINT) AS illustrative_fen
FROM paid
ASOF LEFT JOIN lived ON paid.household = lived.household AND paid.day >= lived.effective
LEFT JOIN applied ON paid.stream = applied.stream
GROUP BY ALL
ORDER BY ALL
