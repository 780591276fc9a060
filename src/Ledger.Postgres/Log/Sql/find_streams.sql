-- A page of streams with the number of their branches: $1 the prefix of the names, $2 a text that they contain in lower case (null: any),
-- $3 whether archived (null: either), $4 the order (latest, longest, name), $5 how many to pass over, $6 how many at most,
-- $7 and $8 since when and before when the last event was taken (null: any time), $9 the name that they follow by code point (null: any). Without those that retention is removing.
-- translate folds only ASCII, in any collation of the database.
with wanted as (
    select s.id,
           coalesce(s.version, 0) as version,
           s.created,
           s."timestamp",
           coalesce(s.is_archived, false) as archived
    from {events}.mt_streams as s
    where starts_with(s.id, $1)
      and ($2::text is null
           or position($2 in translate(s.id, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')) > 0)
      and ($3::boolean is null or coalesce(s.is_archived, false) = $3)
      and ($7::timestamptz is null or s."timestamp" >= $7)
      and ($8::timestamptz is null or s."timestamp" < $8)
      and ($9::text is null or s.id collate "C" > $9)
      and (s.is_archived is not true or not {ledger}.retaining_v1(s.id))
    order by case when $4::text = 'latest' then s."timestamp" end desc,
             case when $4::text = 'longest' then coalesce(s.version, 0) end desc,
             s.id collate "C"
    offset $5
    limit $6)
select w.id,
       w.version,
       w.created,
       w."timestamp",
       w.archived,
       case
           when starts_with(w.id, 'branch:') then (select count(*) from {ledger}.branches_below_v1(w.id))
           else (select count(*) from {ledger}.branch as b where b.root = w.id)
       end
from wanted as w
order by case when $4::text = 'latest' then w."timestamp" end desc,
         case when $4::text = 'longest' then w.version end desc,
         w.id collate "C"
