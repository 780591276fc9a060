-- The next streams of a part of a rebuild, with their versions. $1 the stream before, $2 the prefix of the names, $3 the part, $4 how many
-- parts there are, $5 whether branches are among them, $6 how many streams.
select s.id, s.version
from {events}.mt_streams as s
where s.id > $1
  and starts_with(s.id, $2)
  and mod(abs(hashtext(s.id)::bigint), $4) = $3
  and s.version > 0
  and ($5 or not exists (select from {ledger}.branch as b where b.stream = s.id))
order by s.id
limit $6
