-- Beneficiaries at the end of every month, by the township of their household then: enrolled, and not exited.
WITH turns AS (
    SELECT
        person, household, since, type = 'registry.Enrolled' AS enrolled, township,
        lead(since) OVER (PARTITION BY person ORDER BY since, recordedtime, source, sequence) AS until
    FROM facts
    WHERE type IN ('registry.Enrolled', 'registry.Exited') AND since IS NOT NULL
),
months AS (
    SELECT CAST(unnest(generate_series(date_trunc('month', first), last, INTERVAL 1 MONTH)) AS DATE) AS begins
    FROM (
        SELECT (SELECT min(since) FROM turns WHERE enrolled) AS first, (SELECT max(effective) FROM facts) AS last
    )
),
present AS (
    SELECT months.begins, last_day(months.begins) AS day, turns.person, turns.household, turns.township
    FROM months
    JOIN turns ON turns.enrolled AND turns.since <= last_day(months.begins)
        AND (turns.until IS NULL OR turns.until > last_day(months.begins))
),
lived AS (
    SELECT household, effective, arg_max(township, (recordedtime, source, sequence)) AS township
    FROM facts
    WHERE type IN ('registry.HouseholdRegistered', 'registry.HouseholdMoved', 'registry.HouseholdCorrected')
        AND township IS NOT NULL
    GROUP BY household, effective
)
SELECT
    strftime(present.begins, '%Y-%m') AS month,
    coalesce(lived.township, present.township) AS township,
    count(DISTINCT present.person) AS beneficiaries
FROM present
ASOF LEFT JOIN lived ON present.household = lived.household AND present.day >= lived.effective
GROUP BY ALL
ORDER BY ALL
