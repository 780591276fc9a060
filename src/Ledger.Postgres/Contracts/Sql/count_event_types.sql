-- How often the log has events of each name, and when it took the last of each; by name.
select e.type::text,
       count(*),
       max(e."timestamp")
from {events}.mt_events as e
group by e.type
order by e.type collate "C"
