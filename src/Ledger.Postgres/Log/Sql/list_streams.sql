-- A page of the streams whose names begin with $1, by code point, after the name $2 (null: from the first), at most $3, without those that retention is removing.
select s.id,
       coalesce(s.version, 0),
       s.created,
       s."timestamp",
       coalesce(s.is_archived, false)
from {events}.mt_streams as s
where starts_with(s.id, $1)
  and (s.is_archived is not true or not {ledger}.retaining_v1(s.id))
  and ($2::text is null or s.id collate "C" > $2 collate "C")
order by s.id collate "C"
limit $3
