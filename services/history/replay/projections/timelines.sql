-- KEY = entity
-- Everybody's timeline, whole and in the order in which it was recorded: a row an entity, and in it as lists
-- by line the source and its sequence (which name an event), the type, and the day from which it counts.
SELECT
    entity,
    len(lines) AS events,
    own,
    list_transform(lines, lambda line: line.source) AS sources,
    list_transform(lines, lambda line: line.sequence) AS sequences,
    list_transform(lines, lambda line: line.type) AS types,
    list_transform(lines, lambda line: line.effective) AS effective,
    first,
    last,
    last_recorded
FROM (
    SELECT
        entity,
        count(*) FILTER (WHERE own) AS own,
        -- Sorted as lists by what stands first in a line: twice as fast as an aggregate that is ordered.
        list_sort(list({
            'recordedtime': recordedtime, 'source': source, 'sequence': sequence, 'type': type, 'effective': effective
        })) AS lines,
        min(effective) AS first,
        max(effective) AS last,
        max(recordedtime) AS last_recorded
    FROM events
    GROUP BY entity
)
ORDER BY entity
