-- How far something is that was up to {column} of a table t, among the events of the log alone.
case
    when t.{column} is not null then coalesce((select m.new from pg_temp.moved_number as m where m.old <= t.{column} order by m.old desc limit 1), 0)
end as {column}
