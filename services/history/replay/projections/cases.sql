-- Cases by stage: the last of the steps asked for of every case that took one, by programme and by the township in which it began.
-- Where restricted facts are the last step, their type says so; what they say is not needed.
WITH steps (type, stage) AS (
    VALUES
        ('assistance.Applied', 'applied'), ('assistance.Accepted', 'accepted'),
        ('assistance.Surveyed', 'surveyed'), ('assistance.Checked', 'checked'),
        ('assistance.Assessed', 'assessed'), ('assistance.NoticePosted', 'on notice'),
        ('assistance.ObjectionLodged', 'objected to'), ('assistance.NoticeEnded', 'notice ended'),
        ('assistance.SubsidyGranted', 'granted'), ('assistance.Declined', 'declined'),
        ('assistance.ReviewOpened', 'in review'), ('assistance.Reviewed', 'granted'),
        ('assistance.TakenOver', 'granted'), ('assistance.Withdrawn', 'withdrawn'), ('assistance.Exited', 'ended')
),
cases AS (
    SELECT
        stream,
        arg_max(stage, (recordedtime, source, sequence)) AS stage,
        any_value(programme) AS programme
    FROM facts
    JOIN steps USING (type)
    GROUP BY stream
),
began AS (
    SELECT
        stream,
        any_value(programme) AS programme,
        arg_min(township, (recordedtime, source, sequence)) FILTER (WHERE township IS NOT NULL) AS township
    FROM known_facts
    JOIN steps USING (type)
    GROUP BY stream
)
SELECT coalesce(cases.programme, began.programme) AS programme, began.township, cases.stage, count(*) AS cases
FROM cases
JOIN began USING (stream)
GROUP BY ALL
ORDER BY ALL
