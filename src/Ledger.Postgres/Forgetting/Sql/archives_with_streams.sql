-- The files that retention has written events into. $1 the streams; null for all. $2 the most files. A row for each: its name, with its folder where that is known.
select distinct concat_ws('/', rtrim(n.folder, '/'), r.file)
from {ledger}.retention_stream as r
join {ledger}.retention_run as n on n.id = r.run
where r.file is not null
  and ($1::text[] is null or r.stream = any ($1))
order by 1
limit $2
