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
