-- How far the rows of streams are. $1 their names. A row for each stream: its place in $1 from 1, its version, the version that its rows stand for
-- (null: no rows), and whether it shares no event with an ancestor and its rows can be written on.
select n.ordinal,
       t.version,
       h.version,
       case
           when h.stream is null then not exists (select from {ledger}.branch as b where b.stream = n.name)
           else h.prefix = 0 and h.cut_version is null and h.fault is distinct from 'inherited'
       end
from unnest($1::text[]) with ordinality as n (name, ordinal)
join {events}.mt_streams as t on t.id = n.name
left join {ledger}.world_head as h on h.stream = n.name
