-- Beneficiaries at the end of every month, by the township of their household then: enrolled, and not exited. Of the
-- last month on the last day asked for; unless one is, on that of recording or of the last enrolment or exit. Who was
-- enrolled before the first day asked for is counted, too.
WITH turns AS (
    SELECT
        person, household, since, type = 'registry.Enrolled' AS enrolled, township, wanted,
        lead(since) OVER (PARTITION BY person ORDER BY since, recordedtime, source, sequence) AS until
    FROM known_facts
    WHERE type IN ('registry.Enrolled', 'registry.Exited') AND since IS NOT NULL
),
span AS (
    SELECT
        greatest((SELECT min(since) FROM turns WHERE enrolled), asked.since) AS first,
        coalesce(
            asked.until,
            greatest(
                (SELECT max(CAST(recordedtime AT TIME ZONE 'Asia/Shanghai' AS DATE)) FROM known_facts),
                (SELECT max(since) FROM turns)
            )
        ) AS last
    FROM asked
),
days AS (
    SELECT begins, least(last_day(begins), last) AS day
    FROM (
        SELECT CAST(unnest(generate_series(date_trunc('month', first), last, INTERVAL 1 MONTH)) AS DATE) AS begins, last
        FROM span
    )
),
present AS (
    SELECT days.begins, days.day, turns.person, turns.household, turns.township
    FROM days
    JOIN turns ON turns.enrolled AND turns.wanted AND turns.since <= days.day
        AND (turns.until IS NULL OR turns.until > days.day)
)
SELECT
    strftime(present.begins, '%Y-%m') AS month,
    coalesce(lived.township, present.township) AS township,
    count(DISTINCT present.person) AS beneficiaries
FROM present
ASOF LEFT JOIN lived ON present.household = lived.household AND present.day >= lived.effective
GROUP BY ALL
ORDER BY ALL
