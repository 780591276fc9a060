-- The files that retention has written events into. $1 the streams; null for all. $2 the most files. A row for each: its name.
select distinct r.file
from {ledger}.retention_stream as r
where r.file is not null
  and ($1::text[] is null or r.stream = any ($1))
order by r.file
limit $2
