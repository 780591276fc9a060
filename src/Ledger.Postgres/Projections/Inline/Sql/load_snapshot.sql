-- A stream's document and where the stream stands. {documents} their table; $1 the stream. No row: no such stream, or a branch.
select s.version,
       d.mt_version,
       d.data
from {events}.mt_streams as s
join {documents} as d on d.id = s.id
where s.id = $1
  and not exists (select from {ledger}.branch as b where b.stream = s.id)
